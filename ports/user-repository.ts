import type { UserId } from '../domain/ids.js'
import type { SecondFactor } from '../domain/second-factor.js'
import type { SecurityEvent } from '../domain/security-event.js'
import type { User } from '../domain/user.js'

/** What an operator or the person may change. `undefined` leaves a field as it is. */
export interface UserChange {
  readonly name?: string
  readonly email?: string
  readonly passwordHash?: string
  /** Sets disabledAt, or clears it with `null`. */
  readonly disabledAt?: Date | null
  /** Ends all sessions: sessionEpoch grows by one. */
  readonly endSessions?: boolean
  /** Ends all codes that are on their way: withdrawalEpoch grows by one. */
  readonly endCodes?: boolean
  /** Ends all grants: grantEpoch grows by one. */
  readonly endGrants?: boolean
  /** Sets the second factor as a whole, or takes it away with `null`. */
  readonly secondFactor?: SecondFactor | null
  /** Recovery codes of the second factor that is there; nothing happens when there is none. */
  readonly recoveryCodes?: readonly string[]
}

/** What must still be so when a change is made. */
export interface UserCondition {
  readonly passwordHash?: string
  /** The sealed secret of the second factor, or `null` for none. */
  readonly sealedSecret?: string | null
}

/** User names are kept and compared exactly (bytes, no folding). All methods throw StoreUnavailable when the store does not answer. */
export interface UserRepository {
  find(id: UserId): Promise<User | undefined>
  findByUsername(username: string): Promise<User | undefined>
  /** By username, ascending in code point order. */
  list(): Promise<readonly User[]>
  /** Adds the person; false when id or username is taken. Atomic. */
  add(user: User): Promise<boolean>
  /**
   * One atomic change; parallel changes of other fields are not lost. The new state, or undefined when there is no such person or `provided` does
   * not hold; then nothing is changed.
   */
  change(id: UserId, change: UserChange, provided?: UserCondition): Promise<User | undefined>
  /** Replaces the hash only while it is still `from` (rehashing must not undo a change of password). */
  rehash(id: UserId, from: string, to: string): Promise<void>
  /** Accepts a time step newer than the second factor's lastStep, and moves that. Atomic: of any number of calls with one step one is true. */
  acceptStep(id: UserId, step: number): Promise<boolean>
  /** Takes a recovery code out. Atomic: of any number of calls with one code one is true; false when it is not there. */
  spendRecoveryCode(id: UserId, code: string): Promise<boolean>
  /** Replaces the sealed secret of the second factor only while it is still `from`; false when it is not. */
  resealSecondFactor(id: UserId, from: string, to: string): Promise<boolean>
  /** Adds an event and keeps the newest SECURITY_EVENTS_KEPT, in one atomic step. Nothing happens when there is no such person. */
  note(id: UserId, event: SecurityEvent): Promise<void>
  remove(id: UserId): Promise<boolean>
}
