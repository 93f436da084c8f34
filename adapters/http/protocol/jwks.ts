import type { Middleware } from 'koa'
import type { HttpPorts } from '../ports.js'

/** RFC 7517 §5. Not to be cached: a key may sign as soon as every process has published it. */
export function jwks({ publishing }: Pick<HttpPorts, 'publishing'>): Middleware {
  return async (ctx) => {
    const keys = await publishing.jwks()
    ctx.set({ 'Content-Type': 'application/jwk-set+json', 'Cache-Control': 'max-age=0, must-revalidate' })
    ctx.body = keys
  }
}
