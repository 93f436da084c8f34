import cors from '@koa/cors'
import type { Middleware } from 'koa'
import { basePath, metadataPath } from '../paths.js'
import type { HttpSettings } from '../ports.js'

/** Scripts of any origin may ask the back channels that need no cookie, and nothing else (OAuth 2.1 §3.2). */
export function crossOrigin(settings: HttpSettings): Middleware {
  const base = basePath(settings)
  const open = new Set([`${base}/token`, `${base}/token/revoke`, `${base}/.well-known/jwks.json`, metadataPath(settings)])
  const preflight = cors({ origin: '*', allowMethods: 'GET,HEAD,POST', allowHeaders: 'authorization,content-type', maxAge: 600 })
  const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'x-request-id,retry-after,www-authenticate' }
  return (ctx, next) => {
    if (!open.has(ctx.path)) return next()
    if (ctx.method === 'OPTIONS') return preflight(ctx, next)
    // The same for everybody, so nothing varies by Origin.
    ctx.set(headers)
    return next()
  }
}
