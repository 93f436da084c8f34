import type { Middleware } from 'koa'
import { forwardedByProxy } from './identify.js'
import type { HttpSettings } from './ports.js'
import { RequestRefused } from './refusals.js'

/** Says that the server is https alone (RFC 6797), where it is, and refuses what a believed proxy calls `http`. */
export function secureTransport({ issuer, trustProxy }: HttpSettings): Middleware {
  const isHttps = issuer.startsWith('https:')
  return (ctx, next) => {
    if (!isHttps) return next()
    ctx.set('Strict-Transport-Security', 'max-age=31536000')
    if (forwardedByProxy(ctx.get('X-Forwarded-Proto'), trustProxy)?.toLowerCase() === 'http') {
      throw new RequestRefused(400, 'invalid_request', 'the request came over http')
    }
    return next()
  }
}

/** Cookies are Secure as the issuer is, whatever the connection to a proxy looks like. */
export function cookiesFollowIssuer({ issuer }: HttpSettings): Middleware {
  return (ctx, next) => {
    ctx.cookies.secure = issuer.startsWith('https:')
    return next()
  }
}
