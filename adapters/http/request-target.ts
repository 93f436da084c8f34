import type { Middleware } from 'koa'
import { RequestRefused } from './refusals.js'

/** RFC 9112 §3.2.1, in visible ASCII; a fragment is no part of it. */
const ORIGIN_FORM = /^\/[!"$-~]*$/
/** RFC 9112 §3.2.2, RFC 9110 §4.2: with a host, and without user information. What follows the authority is the first group. */
const ABSOLUTE_FORM = /^https?:\/\/(?:[\w.~%!$&'()*+,;=-]+|\[[\da-f:.]+\])(?::\d*)?([/?][!"$-~]*)?$/i

/** RFC 9112 §3.2: path and query that a request target names, `/` for the server as a whole; undefined when it names nothing here. */
export function originForm(method: string, target: string): string | undefined {
  if (ORIGIN_FORM.test(target)) return target
  if (method === 'CONNECT' || (method === 'OPTIONS' && target === '*')) return '/'
  const absolute = ABSOLUTE_FORM.exec(target)
  if (absolute === null) return undefined
  const [, rest = ''] = absolute
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** What follows sees an origin-form alone: one reading of it, whichever the form and the reader. */
export const readTarget: Middleware = function readRequestTarget(ctx, next) {
  const url = originForm(ctx.method, ctx.url)
  ctx.url = url ?? '/'
  if (url === undefined) throw new RequestRefused(400, 'invalid_request', 'the request target names nothing here')
  return next()
}
