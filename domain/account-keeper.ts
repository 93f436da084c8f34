import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { SignedIn } from '../ports/for-authenticating.js'
import type { Enrolment, ForKeepingAccounts, Renewed } from '../ports/for-keeping-accounts.js'
import type { OneTimeCodes } from '../ports/one-time-codes.js'
import type { PasswordHasher } from '../ports/password-hasher.js'
import type { Secrets } from '../ports/secrets.js'
import type { SessionRepository } from '../ports/session-repository.js'
import type { UserChange, UserCondition, UserRepository } from '../ports/user-repository.js'
import type { Source } from './audit.js'
import { InvalidInput, OAuthError } from './errors.js'
import type { SessionId } from './ids.js'
import { mustBePassword } from './names.js'
import type { PersonAuthenticator } from './person-authenticator.js'
import { newRecoveryCodes, storedRecoveryCode } from './recovery-code.js'
import type { SecurityEventName } from './security-event.js'
import type { SessionKeeper } from './session-keeper.js'
import { dueForChanges, isAlive, type Session } from './session.js'
import type { User } from './user.js'

export interface AccountKeeperParts {
  readonly users: UserRepository
  readonly sessions: SessionRepository
  readonly sessionKeeper: SessionKeeper
  readonly people: Pick<PersonAuthenticator, 'passwordOf' | 'attemptOf'>
  readonly codes: OneTimeCodes
  readonly hasher: PasswordHasher
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
  /** Shown by authenticator apps beside the user name. */
  readonly brand: string
}

const SECRET_BYTES = 20

const REFUSED = { password: 'the sign-in is too old', otp: 'the second factor was not shown' } as const

/** What people change of their own accounts; every change of rights gives the browser another session. */
export class AccountKeeper implements ForKeepingAccounts {
  readonly #parts: AccountKeeperParts

  constructor(parts: AccountKeeperParts) {
    this.#parts = parts
  }

  async sessions({ user }: SignedIn): Promise<readonly Session[]> {
    const at = this.#parts.clock.now()
    const all = await this.#parts.sessions.list({ userId: user.id })
    const alive = all.filter((session) => session.pending === undefined && isAlive(session, user, at))
    return alive.toSorted((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime())
  }

  async endSession(who: SignedIn, id: string, source: Source): Promise<void> {
    this.#mustBeProved(who)
    const session = await this.#parts.sessions.find(id as SessionId)
    if (session?.userId !== who.user.id || !(await this.#parts.sessions.end(session.id))) return
    this.#parts.audit.record({ event: 'sign-out', outcome: 'ok', user_id: who.user.id, reason: 'ended elsewhere' }, source)
  }

  async endOtherSessions(who: SignedIn, source: Source): Promise<Renewed> {
    this.#mustBeProved(who)
    const renewed = await this.#change(who, { endSessions: true }, {})
    if (renewed === undefined) throw new OAuthError('access_denied', 'the person is gone, or the session')
    this.#parts.audit.record({ event: 'sign-out', outcome: 'ok', user_id: who.user.id, reason: 'all others ended' }, source)
    return renewed
  }

  async changePassword(who: SignedIn, { current, next }: { current: string; next: string }, source: Source): Promise<Renewed | undefined> {
    this.#mustBeProved(who)
    mustBePassword(next)
    const { user } = who
    if (!(await this.#parts.people.passwordOf(user, current, source))) return undefined
    const passwordHash = await this.#parts.hasher.hash(next)
    // An operator who sets another one meanwhile wins.
    const renewed = await this.#change(who, { passwordHash, endSessions: true }, { passwordHash: user.passwordHash })
    return renewed && this.#done(who, 'password-changed', source, renewed)
  }

  enrolment(who: SignedIn): Enrolment {
    this.#mustBeProved(who)
    if (who.user.secondFactor !== undefined) throw new InvalidInput('there is a second factor already')
    const { text: secret, uri } = this.#parts.codes.describe(this.#secretOf(who), who.user.username, this.#parts.brand)
    return { secret, uri }
  }

  async confirmEnrolment(who: SignedIn, otp: string, source: Source) {
    this.enrolment(who)
    const { codes, secrets, clock, people } = this.#parts
    const secret = this.#secretOf(who)
    const step = await people.attemptOf(who.user, source, async () => codes.stepOf(secret, otp.replace(/\s/g, ''), clock.now()))
    if (step === undefined) return undefined
    const recoveryCodes = newRecoveryCodes(secrets)
    const stored = this.#stored(who.user, recoveryCodes)
    const secondFactor = { sealedSecret: secrets.seal('totp', secret), enrolledAt: clock.now(), lastStep: step, recoveryCodes: stored }
    const user = await this.#changed(who, { secondFactor }, { sealedSecret: null })
    if (user === undefined) return undefined
    const amr = [...new Set([...who.session.amr, 'otp', 'mfa'])]
    const { token } = await this.#parts.sessionKeeper.renew({ user, session: who.session }, { amr })
    return this.#done(who, 'second-factor-enabled', source, { token, recoveryCodes })
  }

  async disableSecondFactor(who: SignedIn, password: string, source: Source): Promise<Renewed | undefined> {
    this.#mustBeProved(who)
    if (!(await this.#parts.people.passwordOf(who.user, password, source))) return undefined
    const user = await this.#changed(who, { secondFactor: null }, { passwordHash: who.user.passwordHash })
    if (user === undefined) return undefined
    const { token } = await this.#parts.sessionKeeper.renew({ user, session: who.session }, { amr: ['pwd'] })
    return this.#done(who, 'second-factor-disabled', source, { token })
  }

  async renewRecoveryCodes(who: SignedIn, password: string, source: Source): Promise<readonly string[] | undefined> {
    this.#mustBeProved(who)
    const { secondFactor } = who.user
    if (secondFactor === undefined) throw new InvalidInput('there is no second factor')
    if (!(await this.#parts.people.passwordOf(who.user, password, source))) return undefined
    const fresh = newRecoveryCodes(this.#parts.secrets)
    const isRenewed = await this.#parts.users.renewRecoveryCodes(who.user.id, secondFactor.sealedSecret, this.#stored(who.user, fresh))
    return isRenewed ? this.#done(who, 'recovery-codes-renewed', source, fresh) : undefined
  }

  /** Made of the session, so that it is the same until it is confirmed and nothing of it is stored before. */
  #secretOf({ session }: SignedIn): Uint8Array {
    return this.#parts.secrets.mac('enrolment', Buffer.from(session.id)).subarray(0, SECRET_BYTES)
  }

  #stored({ id }: User, codes: readonly string[]): readonly string[] {
    return codes.map((code) => storedRecoveryCode(id, code, this.#parts.secrets))
  }

  /** Ends all sessions by their epoch, this one too, and begins another for this browser. */
  async #change(who: SignedIn, change: UserChange, provided: UserCondition): Promise<Renewed | undefined> {
    const user = await this.#changed(who, change, provided)
    if (user === undefined) return undefined
    const { token, session } = await this.#parts.sessionKeeper.renew({ user, session: who.session })
    // They are worth nothing already.
    await this.#parts.sessions.endAll({ userId: user.id, except: session.id }).catch(() => undefined)
    return { token }
  }

  /** Only while the session is worth something: one that was ended meanwhile, with all others, must not come back by its own renewal. */
  #changed({ user: { id, sessionEpoch } }: SignedIn, change: UserChange, provided: UserCondition): Promise<User | undefined> {
    return this.#parts.users.change(id, change, { ...provided, sessionEpoch })
  }

  #mustBeProved(who: SignedIn): void {
    const due = dueForChanges(who, this.#parts.clock.now())
    if (due !== undefined) throw new OAuthError('access_denied', REFUSED[due])
  }

  /** What was done is done, whether the person can be shown it in the history or not. */
  async #done<T>({ user }: SignedIn, event: SecurityEventName, { address, requestId }: Source, answer: T): Promise<T> {
    this.#parts.audit.record({ event: 'account', outcome: 'ok', user_id: user.id, reason: event }, { address, requestId })
    await this.#parts.users.note(user.id, { event, at: this.#parts.clock.now(), address }).catch(() => undefined)
    return answer
  }
}
