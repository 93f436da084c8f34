import type { UserId } from '../domain/ids.js'
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
}

/** User names are kept and compared exactly (bytes, no folding). All methods throw StoreUnavailable when the store does not answer. */
export interface UserRepository {
  find(id: UserId): Promise<User | undefined>
  findByUsername(username: string): Promise<User | undefined>
  /** By username, ascending in code point order. */
  list(): Promise<readonly User[]>
  /** Adds the person; false when id or username is taken. Atomic. */
  add(user: User): Promise<boolean>
  /** One atomic change; parallel changes of other fields are not lost. The new state, or undefined when there is no such person. */
  change(id: UserId, change: UserChange): Promise<User | undefined>
  /** Replaces the hash only while it is still `from` (rehashing must not undo a change of password). */
  rehash(id: UserId, from: string, to: string): Promise<void>
  remove(id: UserId): Promise<boolean>
}
