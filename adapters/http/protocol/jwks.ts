import type { Middleware } from 'koa'
import type { JsonWebKeySet } from '../../../ports/for-publishing-keys.js'
import type { HttpPorts } from '../ports.js'
import { atMost } from './at-most.js'

const ANSWER_WITHIN_MS = 1_000

/** RFC 7517 §5. Not to be cached: a key may sign as soon as every process has published it. With a store that is slow, those that were known. */
export function jwks({ publishing }: Pick<HttpPorts, 'publishing'>): Middleware {
  let known: JsonWebKeySet | undefined
  return async (ctx) => {
    const reading = publishing.jwks().then((keys) => (known = keys))
    // Whoever does not wait for it does not hear of its failure.
    reading.catch(() => undefined)
    const keys = known === undefined ? await reading : ((await atMost(reading, ANSWER_WITHIN_MS)) ?? known)
    ctx.set({ 'Content-Type': 'application/jwk-set+json', 'Cache-Control': 'max-age=0, must-revalidate' })
    ctx.body = keys
  }
}
