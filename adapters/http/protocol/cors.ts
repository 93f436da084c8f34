import cors from '@koa/cors'
import type { Middleware } from 'koa'
import { basePath, metadataPath } from '../paths.js'
import type { HttpSettings } from '../ports.js'

/** Scripts of any origin may ask the back channels that need no cookie, and nothing else (OAuth 2.1 §3.2). */
export function crossOrigin(settings: HttpSettings): Middleware {
  const base = basePath(settings)
  const open = new Set([`${base}/token`, `${base}/.well-known/jwks.json`, metadataPath(settings)])
  const allow = cors({
    origin: '*',
    allowMethods: 'GET,HEAD,POST',
    allowHeaders: 'authorization,content-type',
    exposeHeaders: 'x-request-id,retry-after,www-authenticate',
    maxAge: 600,
  })
  return (ctx, next) => (ctx.headers.origin !== undefined && open.has(ctx.path) ? allow(ctx, next) : next())
}
