import type { Middleware } from 'koa'
import { isCanonical } from './paths.js'
import type { HttpSettings } from './ports.js'
import { RequestRefused } from './refusals.js'

/** 404 for what is not there, 405 with Allow for a method, known or not, that a URL does not have (RFC 9110 §15.5.6). */
export function answerMissing(settings: HttpSettings): Middleware {
  return async (ctx, next) => {
    if (!isCanonical(ctx.path, settings)) throw notFound()
    await next()
    if (ctx.status !== 404 || (ctx.body !== undefined && ctx.body !== null)) return
    const methods = new Set(routesAt(ctx).flatMap((route) => route.methods))
    if (methods.size === 0 || methods.has(ctx.method)) throw notFound()
    ctx.set('Allow', [...methods].sort().join(', '))
    throw new RequestRefused(405, 'invalid_request', `${ctx.method} is not a method of this URL`)
  }
}

/** Every router leaves here what matches the path, whichever the method. */
const routesAt = (ctx: object): readonly { readonly methods: readonly string[] }[] =>
  (ctx as { matched?: readonly { methods: readonly string[] }[] }).matched ?? []

const notFound = (): RequestRefused => new RequestRefused(404, 'invalid_request', 'no such URL')
