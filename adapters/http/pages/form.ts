import type { Context, Middleware } from 'koa'
import bodyParser from 'koa-bodyparser'
import { PageError } from '../../../domain/errors.js'
import { parseParameters, single, type Parameters } from './parameters.js'

interface FormState {
  form?: Parameters
}

/** They may hold any character: a password is what it is, and a code is right without the line break that it was pasted with. */
const TYPED = ['password', 'current_password', 'new_password', 'otp']
const read = bodyParser({ enableTypes: ['form'], formLimit: '16kb' })

/** Reads an HTML form of up to 16 KB; any other body counts as an empty form. */
export const readForm: Middleware = async function readFormOfPage(ctx, next) {
  // Browsers do not compress forms, and what does not unpack would be an error of ours.
  if (ctx.get('Content-Encoding') !== '') throw new PageError('malformed')
  await read(ctx, async () => {
    const body: unknown = ctx.request.rawBody
    const form = parseParameters(typeof body === 'string' ? body : '', TYPED)
    Object.assign(ctx.state, { form } satisfies FormState)
    await next()
  })
}

export const parametersOf = (ctx: Context): Parameters => (ctx.state as FormState).form ?? new Map()

/** The fields of the form, each at most once; PageError `malformed` when one that is asked for is there twice. */
export const formOf = (ctx: Context): { get(name: string): string | undefined } => ({ get: (name) => single(parametersOf(ctx), name) })
