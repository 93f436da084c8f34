import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { ForAuthenticating, SignedIn } from '../ports/for-authenticating.js'
import type { OneTimeCodes } from '../ports/one-time-codes.js'
import type { PasswordHasher } from '../ports/password-hasher.js'
import type { Secrets } from '../ports/secrets.js'
import type { UserRepository } from '../ports/user-repository.js'
import type { Source } from './audit.js'
import { TooManyAttempts } from './errors.js'
import { proveSecondFactor } from './second-factor-check.js'
import type { SecurityEventName } from './security-event.js'
import type { NewSession, SessionKeeper } from './session-keeper.js'
import type { Throttle } from './throttle.js'
import type { User } from './user.js'

export interface PersonAuthenticatorParts {
  readonly users: UserRepository
  readonly sessionKeeper: SessionKeeper
  readonly throttle: Throttle
  readonly codes: OneTimeCodes
  readonly hasher: PasswordHasher
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
}

type People = Pick<ForAuthenticating, 'signIn' | 'resume' | 'halfSignedIn' | 'proveSecondFactor' | 'confirmPassword' | 'signOut'>

/** Proves people by password and second factor. What is tried is counted first, and the same is answered to whatever is wrong. */
export class PersonAuthenticator implements People {
  readonly #parts: PersonAuthenticatorParts

  constructor(parts: PersonAuthenticatorParts) {
    this.#parts = parts
  }

  async signIn(
    { username, password, previous }: { username: string; password: string; previous?: string },
    source: Source,
  ): Promise<NewSession | undefined> {
    const proved = await this.#attempt(username, source, async () => {
      const user = await this.#parts.users.findByUsername(username)
      const isRight = await this.#parts.hasher.verify(user?.passwordHash, password)
      if (user !== undefined && isRight && user.disabledAt === undefined) return user
      this.#refuse(user, source)
      return undefined
    })
    if (proved === undefined) return undefined
    await this.#rehash(proved, password)
    const isHalf = proved.secondFactor !== undefined
    const started = await this.#parts.sessionKeeper.begin(proved, { amr: ['pwd'], ...(isHalf && { pending: 'otp' as const }) }, previous)
    if (isHalf) this.#record('ok', source, proved, 'the second factor is due')
    else this.#welcome(proved, source)
    return started
  }

  async resume(token: string): Promise<SignedIn | undefined> {
    const who = await this.#parts.sessionKeeper.find(token)
    return who?.session.pending === undefined ? who : undefined
  }

  async halfSignedIn(token: string): Promise<SignedIn | undefined> {
    const who = await this.#parts.sessionKeeper.find(token)
    return who?.session.pending === undefined ? undefined : who
  }

  async proveSecondFactor({ token, otp }: { token: string; otp: string }, source: Source): Promise<NewSession | undefined> {
    const who = await this.#parts.sessionKeeper.find(token)
    if (who === undefined) return undefined
    const { user } = who
    const by = await this.attemptOf(user, source, () => proveSecondFactor(user, otp, this.#parts), 'wrong one-time code')
    if (by === undefined) return undefined
    const amr = by === 'otp' ? ['pwd', 'otp', 'mfa'] : ['pwd', 'mfa']
    // Shown later, a code alone does not say when the password was given.
    const authTime = who.session.pending === undefined ? who.session.authTime : this.#parts.clock.now()
    if (by === 'recovery-code') this.#note(user, 'recovery-code-used', source)
    const renewed = await this.#parts.sessionKeeper.renew(who, { amr, authTime })
    this.#welcome(user, source)
    return renewed
  }

  async confirmPassword({ token, password }: { token: string; password: string }, source: Source): Promise<NewSession | undefined> {
    const who = await this.resume(token)
    if (who === undefined || !(await this.passwordOf(who.user, password, source))) return undefined
    const renewed = await this.#parts.sessionKeeper.renew(who, { authTime: this.#parts.clock.now() })
    this.#welcome(who.user, source)
    return renewed
  }

  /** Whether it is the person's present password. */
  async passwordOf(user: User, password: string, source: Source): Promise<boolean> {
    const verify = async () => (await this.#parts.hasher.verify(user.passwordHash, password)) || undefined
    return (await this.attemptOf(user, source, verify)) === true
  }

  /** What a signed-in person tries counts like a sign-in; undefined is a failure. */
  attemptOf<T>(user: User, source: Source, evaluate: () => Promise<T | undefined>, reason?: string): Promise<T | undefined> {
    return this.#attempt(user.username, source, async () => {
      const outcome = await evaluate()
      if (outcome === undefined) this.#refuse(user, source, reason)
      return outcome
    })
  }

  async signOut(token: string, source: Source): Promise<void> {
    const session = await this.#parts.sessionKeeper.end(token)
    if (session !== undefined) this.#parts.audit.record({ event: 'sign-out', outcome: 'ok', user_id: session.userId }, source)
  }

  async #attempt<T>(username: string, source: Source, evaluate: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await this.#parts.throttle.attempt(username, source, evaluate)
    } catch (error) {
      if (error instanceof TooManyAttempts) this.#record('refused', source, undefined, 'too many attempts')
      throw error
    }
  }

  async #rehash(user: User, password: string): Promise<void> {
    if (!this.#parts.hasher.isOutdated(user.passwordHash)) return
    await this.#parts.users.rehash(user.id, user.passwordHash, await this.#parts.hasher.hash(password))
  }

  #welcome(user: User, source: Source): void {
    this.#record('ok', source, user)
    this.#note(user, 'sign-in', source)
  }

  #refuse(user: User | undefined, source: Source, reason?: string): void {
    this.#record('refused', source, user, reason)
    if (user !== undefined) this.#note(user, 'sign-in-refused', source)
  }

  #record(outcome: 'ok' | 'refused', source: Source, user?: User, reason?: string): void {
    this.#parts.audit.record({ event: 'sign-in', outcome, ...(user && { user_id: user.id }), ...(reason && { reason }) }, source)
  }

  /** Not waited for: an unknown name has no record to write to, and must not be told by the time that this takes. */
  #note(user: User, event: SecurityEventName, { address }: Source): void {
    this.#parts.users.note(user.id, { event, at: this.#parts.clock.now(), address }).catch(() => undefined)
  }
}
