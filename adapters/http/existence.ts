import type { Middleware } from 'koa'
import { isCanonical } from './paths.js'
import type { HttpSettings } from './ports.js'
import { RequestRefused } from './refusals.js'

/** RFC 9110 §9.3.2 would have HEAD do what GET does; nothing may mint a code unseen. */
export const refuseHead: Middleware = function refuseHeadRequest(ctx, next) {
  if (ctx.method !== 'HEAD') return next()
  ctx.set('Allow', 'GET, POST')
  throw new RequestRefused(405, 'invalid_request', 'HEAD is not a method of this URL')
}

/** 404 for what is not there, 405 with Allow for a method, known or not, that a URL does not have (RFC 9110 §15.5.6). */
export function answerMissing(settings: HttpSettings): Middleware {
  return async (ctx, next) => {
    if (!isCanonical(ctx.path, settings)) throw notFound()
    await next()
    if (ctx.status !== 404 || (ctx.body !== undefined && ctx.body !== null)) return
    const methods = new Set(routesAt(ctx).flatMap((route) => (route.stack.includes(refuseHead) ? ['GET'] : route.methods)))
    if (methods.size === 0 || methods.has(ctx.method)) throw notFound()
    ctx.set('Allow', [...methods].sort().join(', '))
    throw new RequestRefused(405, 'invalid_request', `${ctx.method} is not a method of this URL`)
  }
}

/** Every router leaves here what matches the path, whichever the method. */
const routesAt = (ctx: object): readonly Route[] => (ctx as { matched?: readonly Route[] }).matched ?? []

interface Route {
  readonly methods: readonly string[]
  readonly stack: readonly unknown[]
}

const notFound = (): RequestRefused => new RequestRefused(404, 'invalid_request', 'no such URL')
