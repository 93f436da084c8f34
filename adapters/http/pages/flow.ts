import type { Context } from 'koa'
import type { AuthorizationRequest } from '../../../ports/for-authorizing.js'
import { browserOf } from '../browser-cookie.js'
import { followUiLocales } from '../language.js'
import { basePath } from '../paths.js'
import type { HttpSettings } from '../ports.js'
import { sourceOf } from '../request-state.js'
import { parseParameters, single } from './parameters.js'
import type { PageParts } from './parts.js'

/** The value of `flow` in the address. */
export const flowOf = (ctx: Context): string | undefined => single(parseParameters(ctx.querystring), 'flow')

export type PageOfFlow =
  '/authorize' | '/login' | '/login/otp' | '/scopes' | '/account/confirm' | '/account/otp/enrol' | '/account/otp/confirm'

/** A page of the server, of this flow when there is one. */
export function pathTo(settings: HttpSettings, page: PageOfFlow, flow: string | undefined): string {
  const query = flow === undefined ? '' : `?flow=${encodeURIComponent(flow)}`
  return `${basePath(settings)}${page}${query}`
}

/** Where whoever is done goes on: the flow decides what is next, and without one it is the account. */
export const pathOn = (settings: HttpSettings, flow: string | undefined): string =>
  flow === undefined ? `${basePath(settings)}/account` : pathTo(settings, '/authorize', flow)

/** The sign-in page for whoever is to change to another account. */
export const switchTo = (login: string): string => `${login}${login.includes('?') ? '&' : '?'}switch=1`

/** What the person is here for. */
export interface Purpose {
  readonly flow: string | undefined
  /** Absent without a flow, and when the request is refused. */
  readonly request?: AuthorizationRequest
}

/** Throws PageError when the flow cannot go on. */
export async function purposeOf(ctx: Context, { ports: { authorizing }, settings }: PageParts): Promise<Purpose> {
  const flow = flowOf(ctx)
  if (flow === undefined) return { flow }
  const parameters = await authorizing.resume(flow, browserOf(ctx, settings))
  followUiLocales(ctx, parameters)
  const request = await authorizing.validate(parameters, sourceOf(ctx))
  return { flow, ...('client' in request && { request }) }
}
