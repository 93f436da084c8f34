import type { Context } from 'koa'
import { basePath } from '../paths.js'
import type { HttpSettings } from '../ports.js'
import { parseParameters, single } from './parameters.js'

/** The value of `flow` in the address. */
export const flowOf = (ctx: Context): string | undefined => single(parseParameters(ctx.querystring), 'flow')

/** A page of the server, of this flow when there is one. */
export function pathTo(settings: HttpSettings, page: '/authorize' | '/login' | '/scopes', flow: string | undefined): string {
  const query = flow === undefined ? '' : `?flow=${encodeURIComponent(flow)}`
  return `${basePath(settings)}${page}${query}`
}
