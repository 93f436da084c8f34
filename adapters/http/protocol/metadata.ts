import type { Middleware } from 'koa'
import { AUTH_METHODS, GRANT_TYPES } from '../../../domain/client.js'
import type { Clock } from '../../../ports/clock.js'
import { LANGUAGES } from '../language.js'
import type { HttpPorts, HttpSettings } from '../ports.js'

const MAX_AGE_MS = 1_000
const ANSWER_WITHIN_MS = 1_000

/** RFC 8414 §2, RFC 9207 §3: what this server does, and nothing that it refuses. Answered from memory while the store is down. */
export function metadata(
  { scopes, resources, clock }: Pick<HttpPorts, 'scopes' | 'resources' | 'clock'>,
  { issuer }: HttpSettings,
): Middleware {
  const knownScopes = new KnownNames(async () => (await scopes.list()).map(({ name }) => name), clock)
  const knownResources = new KnownNames(async () => (await resources.list()).map(({ uri }) => uri), clock)
  const fixed = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/token/revoke`,
    introspection_endpoint: `${issuer}/token/introspect`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: GRANT_TYPES,
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    introspection_endpoint_auth_methods_supported: AUTH_METHODS.filter((method) => method !== 'none'),
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ui_locales_supported: LANGUAGES,
  }
  return async (ctx) => {
    const [names, uris] = await Promise.all([knownScopes.names(), knownResources.names()])
    ctx.set({ 'Content-Type': 'application/json', 'Cache-Control': 'max-age=0, must-revalidate' })
    ctx.body = {
      ...fixed,
      ...(names.length > 0 && { scopes_supported: names }),
      // RFC 9728 §4.
      ...(uris.length > 0 && { protected_resources: uris }),
    }
  }
}

/** What the store lists, at most a second old; when it does not tell, what it told last. */
class KnownNames {
  readonly #list: () => Promise<readonly string[]>
  readonly #clock: Clock
  #names: readonly string[] = []
  #askedAt = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | undefined

  constructor(list: () => Promise<readonly string[]>, clock: Clock) {
    this.#list = list
    this.#clock = clock
  }

  async names(): Promise<readonly string[]> {
    const now = this.#clock.now().getTime()
    if (this.#asking === undefined && Math.abs(now - this.#askedAt) >= MAX_AGE_MS) {
      this.#askedAt = now
      this.#asking = this.#ask().finally(() => (this.#asking = undefined))
    }
    if (this.#asking !== undefined) await atMost(this.#asking, ANSWER_WITHIN_MS)
    return this.#names
  }

  async #ask(): Promise<void> {
    try {
      this.#names = await this.#list()
    } catch {
      // What was read last goes on.
    }
  }
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, tooLate])
  clearTimeout(timer)
}
