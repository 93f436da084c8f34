import type { SignedIn } from '../ports/for-authenticating.js'
import type { Clock } from '../ports/clock.js'
import type { Secrets } from '../ports/secrets.js'
import type { SessionRepository } from '../ports/session-repository.js'
import type { UserRepository } from '../ports/user-repository.js'
import { OAuthError } from './errors.js'
import type { SessionId } from './ids.js'
import { isAlive, provenBy, type Session } from './session.js'
import type { User } from './user.js'

export interface SessionLifetimes {
  readonly sessionIdleTtlMs: number
  readonly sessionMaxTtlMs: number
}

export interface SessionKeeperParts {
  readonly users: UserRepository
  readonly sessions: SessionRepository
  readonly secrets: Secrets
  readonly clock: Clock
}

/** A session with the value of its cookie, told once. */
export type NewSession = SignedIn & { readonly token: string }

const SESSION_TOKEN = /^[A-Za-z0-9_-]{43}$/
const TOUCH_EVERY_MS = 60_000
/** So long a half-signed-in person may look for the second factor. */
const PENDING_TTL_MS = 15 * 60_000

/** Begins, finds and renews the sessions of browsers. A session's id changes with every change of rights. */
export class SessionKeeper {
  readonly #parts: SessionKeeperParts
  readonly #lifetimes: SessionLifetimes

  constructor(parts: SessionKeeperParts, lifetimes: SessionLifetimes) {
    this.#parts = parts
    this.#lifetimes = lifetimes
  }

  /** Begins one now, and ends the one of the cookie value `previous`. */
  async begin(user: User, how: Pick<Session, 'amr' | 'pending'>, previous?: string): Promise<NewSession> {
    if (previous !== undefined && SESSION_TOKEN.test(previous)) await this.#parts.sessions.end(this.#idOf(previous))
    return this.#begin(user, this.#parts.clock.now(), how)
  }

  /**
   * Another session in the place of this one, with the same sign-in behind it unless `how` says more. Throws OAuthError `access_denied` when it was
   * ended meanwhile: whoever ended it wins.
   */
  async renew({ user, session }: SignedIn, how: Partial<Pick<Session, 'amr' | 'authTime'>> = {}): Promise<NewSession> {
    if (!(await this.#parts.sessions.end(session.id))) throw new OAuthError('access_denied', 'the session was ended meanwhile')
    const authTime = how.authTime ?? session.authTime
    // Without another sign-in behind it, it ends when the one before it would have.
    const isSameSignIn = session.pending === undefined && authTime.getTime() === session.authTime.getTime()
    return this.#begin(user, authTime, { amr: how.amr ?? provenBy(session, user) }, isSameSignIn ? session.expiresAt : undefined)
  }

  /** Whoever has this cookie value, half signed in or wholly; moves the idle limit at most once a minute. */
  async find(token: string): Promise<SignedIn | undefined> {
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

  /** The session that ended; undefined when there was none. */
  async end(token: string): Promise<Session | undefined> {
    const session = SESSION_TOKEN.test(token) ? await this.#parts.sessions.find(this.#idOf(token)) : undefined
    if (session !== undefined) await this.#parts.sessions.end(session.id)
    return session
  }

  async #begin(user: User, authTime: Date, how: Pick<Session, 'amr' | 'pending'>, end?: Date): Promise<NewSession> {
    const now = this.#parts.clock.now()
    const token = this.#parts.secrets.random(32)
    const lifetimeMs = how.pending === undefined ? this.#lifetimes.sessionMaxTtlMs : PENDING_TTL_MS
    const expiresAt = end ?? new Date(now.getTime() + lifetimeMs)
    const session: Session = {
      id: this.#idOf(token),
      userId: user.id,
      authTime,
      ...how,
      sessionEpoch: user.sessionEpoch,
      createdAt: bornAt(user, how, now),
      lastSeenAt: now,
      idleExpiresAt: this.#idleEnd(now, expiresAt),
      expiresAt,
    }
    await this.#parts.sessions.begin(session)
    return { token, user, session }
  }

  #idleEnd(now: Date, expiresAt: Date): Date {
    return new Date(Math.min(now.getTime() + this.#lifetimes.sessionIdleTtlMs, expiresAt.getTime()))
  }

  #idOf(token: string): SessionId {
    return this.#parts.secrets.digest(token) as SessionId
  }
}

/** Not before the second factor that it proves, which another server with a faster clock may have set up. */
function bornAt({ secondFactor }: User, { amr }: Pick<Session, 'amr'>, now: Date): Date {
  return secondFactor !== undefined && amr.includes('mfa') && secondFactor.enrolledAt > now ? secondFactor.enrolledAt : now
}
