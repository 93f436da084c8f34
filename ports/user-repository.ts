import type { UserId } from '../domain/ids.js'
import type { SecurityEvent } from '../domain/security-event.js'
import type { UserChange, UserCondition } from '../domain/user-change.js'
import type { User } from '../domain/user.js'

export type { UserChange, UserCondition }

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
  /** Replaces all recovery codes of the second factor only while its sealed secret is `from`; false when it is not. */
  renewRecoveryCodes(id: UserId, from: string, codes: readonly string[]): Promise<boolean>
  /** Replaces the sealed secret of the second factor only while it is still `from`; false when it is not. */
  resealSecondFactor(id: UserId, from: string, to: string): Promise<boolean>
  /** Adds an event and keeps the newest SECURITY_EVENTS_KEPT, in one atomic step. Nothing happens when there is no such person. */
  note(id: UserId, event: SecurityEvent): Promise<void>
  remove(id: UserId): Promise<boolean>
}
