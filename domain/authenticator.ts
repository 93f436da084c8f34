import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { ClientCredentials, ForAuthenticating, SignedIn } from '../ports/for-authenticating.js'
import type { PasswordHasher } from '../ports/password-hasher.js'
import type { Secrets } from '../ports/secrets.js'
import type { SessionRepository } from '../ports/session-repository.js'
import type { UserRepository } from '../ports/user-repository.js'
import type { Source } from './audit.js'
import type { Catalogue } from './catalogue.js'
import type { Client } from './client.js'
import { OAuthError } from './errors.js'
import { FailedAttempts } from './failed-attempts.js'
import type { SessionId } from './ids.js'
import { isAlive, type Session } from './session.js'
import type { User } from './user.js'

export interface SessionLimits {
  readonly sessionIdleTtlMs: number
  readonly sessionMaxTtlMs: number
  readonly clientAttempts: number
  readonly loginWindowMs: number
}

export interface AuthenticatorParts {
  readonly catalogue: Catalogue
  readonly users: UserRepository
  readonly sessions: SessionRepository
  readonly hasher: PasswordHasher
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
}

const SESSION_TOKEN = /^[A-Za-z0-9_-]{43}$/
const TOUCH_EVERY_MS = 60_000

/** Proves clients by their secret and people by their password; keeps sessions. */
export class Authenticator implements ForAuthenticating {
  readonly #parts: AuthenticatorParts
  readonly #limits: SessionLimits
  readonly #wrongSecrets: FailedAttempts

  constructor(parts: AuthenticatorParts, limits: SessionLimits) {
    this.#parts = parts
    this.#limits = limits
    this.#wrongSecrets = new FailedAttempts(limits.clientAttempts, limits.loginWindowMs, parts.clock)
  }

  async client(credentials: ClientCredentials, source: Source): Promise<Client> {
    const contender = this.#parts.secrets.digest(`${source.address} ${credentials.clientId}`)
    const retryAfter = this.#wrongSecrets.retryAfter(contender)
    if (retryAfter !== undefined) throw new OAuthError('temporarily_unavailable', 'too many wrong client secrets', { retryAfter })
    const client = await this.#parts.catalogue.client(credentials.clientId)
    const proved = this.#proves(client, credentials)
    if (client !== undefined && proved && client.disabledAt === undefined) return client
    if (credentials.secret !== undefined) this.#wrongSecrets.add(contender)
    // Of an unknown client nothing is told: what stands in the place of its id may be a secret in the wrong field.
    this.#parts.audit.record({ event: 'client-authentication', outcome: 'refused', ...(client && { client_id: client.id }) }, source)
    throw new OAuthError('invalid_client', 'unknown or disabled client, wrong secret or wrong method')
  }

  async signIn(
    { username, password, previous }: { username: string; password: string; previous?: string },
    source: Source,
  ): Promise<({ token: string } & SignedIn) | undefined> {
    const user = await this.#parts.users.findByUsername(username)
    const right = await this.#parts.hasher.verify(user?.passwordHash, password)
    if (user === undefined || !right || user.disabledAt !== undefined) {
      this.#parts.audit.record({ event: 'sign-in', outcome: 'refused', ...(user && { user_id: user.id }) }, source)
      return undefined
    }
    await this.#rehash(user, password)
    if (previous !== undefined && SESSION_TOKEN.test(previous)) await this.#parts.sessions.end(this.#idOf(previous))
    const token = this.#parts.secrets.random(32)
    const session = this.#newSession(token, user)
    await this.#parts.sessions.begin(session)
    this.#parts.audit.record({ event: 'sign-in', outcome: 'ok', user_id: user.id }, source)
    return { token, user, session }
  }

  async resume(token: string): Promise<SignedIn | undefined> {
    if (!SESSION_TOKEN.test(token)) return undefined
    const session = await this.#parts.sessions.find(this.#idOf(token))
    const user = session && (await this.#parts.users.find(session.userId))
    const now = this.#parts.clock.now()
    if (session === undefined || user === undefined || !isAlive(session, user, now)) return undefined
    if (Math.abs(now.getTime() - session.lastSeenAt.getTime()) >= TOUCH_EVERY_MS) {
      const there = await this.#parts.sessions.touch(session.id, now, this.#idleEnd(now, session.expiresAt))
      if (!there) return undefined
    }
    return { user, session }
  }

  async signOut(token: string, source: Source): Promise<void> {
    if (!SESSION_TOKEN.test(token)) return
    const session = await this.#parts.sessions.find(this.#idOf(token))
    if (session === undefined) return
    await this.#parts.sessions.end(session.id)
    this.#parts.audit.record({ event: 'sign-out', outcome: 'ok', user_id: session.userId }, source)
  }

  /** Unknown clients cost the same digest and comparison. */
  #proves(client: Client | undefined, { method, secret }: ClientCredentials): boolean {
    if (method === 'none') return client?.authMethod === 'none' && secret === undefined
    const digest = this.#parts.secrets.digest(secret ?? '')
    const known = client?.secretHashes.length ? client.secretHashes : [this.#parts.secrets.digest('')]
    const matches = known.filter((hash) => this.#parts.secrets.same(hash, digest)).length > 0
    return matches && secret !== undefined && secret !== '' && client?.authMethod === method && client.secretHashes.length > 0
  }

  async #rehash(user: User, password: string): Promise<void> {
    if (!this.#parts.hasher.isOutdated(user.passwordHash)) return
    await this.#parts.users.rehash(user.id, user.passwordHash, await this.#parts.hasher.hash(password))
  }

  #newSession(token: string, user: User): Session {
    const now = this.#parts.clock.now()
    const expiresAt = new Date(now.getTime() + this.#limits.sessionMaxTtlMs)
    return {
      id: this.#idOf(token),
      userId: user.id,
      authTime: now,
      amr: ['pwd'],
      sessionEpoch: user.sessionEpoch,
      createdAt: now,
      lastSeenAt: now,
      idleExpiresAt: this.#idleEnd(now, expiresAt),
      expiresAt,
    }
  }

  #idleEnd(now: Date, expiresAt: Date): Date {
    return new Date(Math.min(now.getTime() + this.#limits.sessionIdleTtlMs, expiresAt.getTime()))
  }

  #idOf(token: string): SessionId {
    return this.#parts.secrets.digest(token) as SessionId
  }
}
