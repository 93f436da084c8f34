import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { ClientCredentials, ForAuthenticating } from '../ports/for-authenticating.js'
import type { Secrets } from '../ports/secrets.js'
import type { Source } from './audit.js'
import type { Catalogue } from './catalogue.js'
import { isConfidential, liveSecrets, type Client } from './client.js'
import { OAuthError } from './errors.js'
import { FailedAttempts } from './failed-attempts.js'
import type { PersonAuthenticator } from './person-authenticator.js'

export interface ClientLimits {
  readonly clientAttempts: number
  readonly loginWindowMs: number
}

export interface AuthenticatorParts {
  readonly catalogue: Catalogue
  readonly people: PersonAuthenticator
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
}

type Can<Method extends keyof ForAuthenticating> = ForAuthenticating[Method]

/** Proves clients by their secret; people are the PersonAuthenticator's. */
export class Authenticator implements ForAuthenticating {
  readonly #parts: AuthenticatorParts
  readonly #wrongSecrets: FailedAttempts

  constructor(parts: AuthenticatorParts, limits: ClientLimits) {
    this.#parts = parts
    this.#wrongSecrets = new FailedAttempts(limits.clientAttempts, limits.loginWindowMs, parts.clock)
  }

  async client(credentials: ClientCredentials, source: Source): Promise<Client> {
    const contender = this.#parts.secrets.digest(`${source.address} ${credentials.clientId}`)
    const isGuess = credentials.secret !== undefined
    const retryAfter = isGuess ? this.#wrongSecrets.retryAfter(contender) : undefined
    if (retryAfter !== undefined) throw new OAuthError('temporarily_unavailable', 'too many wrong client secrets', { retryAfter })
    const client = await this.#parts.catalogue.client(credentials.clientId)
    const proved = this.#proves(client, credentials)
    if (client !== undefined && proved && client.disabledAt === undefined) return client
    // A public client has no secret to guess, and its id is no secret either. Unknown ones are counted as confidential ones are.
    if (isGuess && (client === undefined || isConfidential(client))) this.#wrongSecrets.add(contender)
    // Of an unknown client nothing is told: what stands in the place of its id may be a secret in the wrong field.
    this.#parts.audit.record({ event: 'client-authentication', outcome: 'refused', ...(client && { client_id: client.id }) }, source)
    throw new OAuthError('invalid_client', 'unknown or disabled client, wrong secret or wrong method')
  }

  signIn: Can<'signIn'> = (attempt, source) => this.#parts.people.signIn(attempt, source)
  resume: Can<'resume'> = (token) => this.#parts.people.resume(token)
  halfSignedIn: Can<'halfSignedIn'> = (token) => this.#parts.people.halfSignedIn(token)
  proveSecondFactor: Can<'proveSecondFactor'> = (proof, source) => this.#parts.people.proveSecondFactor(proof, source)
  confirmPassword: Can<'confirmPassword'> = (proof, source) => this.#parts.people.confirmPassword(proof, source)
  signOut: Can<'signOut'> = (token, source) => this.#parts.people.signOut(token, source)

  /** Unknown clients cost the same digest and comparison. */
  #proves(client: Client | undefined, { method, secret }: ClientCredentials): boolean {
    if (method === 'none') return client?.authMethod === 'none' && secret === undefined
    const digest = this.#parts.secrets.digest(secret ?? '')
    const known = client?.secretHashes.length ? liveSecrets(client, this.#parts.clock.now()) : [this.#parts.secrets.digest('')]
    const matches = known.filter((hash) => this.#parts.secrets.same(hash, digest)).length > 0
    return matches && secret !== undefined && secret !== '' && client?.authMethod === method && client.secretHashes.length > 0
  }
}
