import type { UserId } from './ids.js'
import type { SecondFactor } from './second-factor.js'
import type { SecurityEvent } from './security-event.js'

/** A person who can sign in. Immutable. */
export interface User {
  readonly id: UserId
  /** Kept and compared exactly. */
  readonly username: string
  readonly name?: string
  readonly email?: string
  /** Argon2id, PHC string. */
  readonly passwordHash: string
  /** Grows whenever all sessions of the person must end: a session that saw an older number is worthless. */
  readonly sessionEpoch: number
  /** Grows whenever all grants of the person must end: a grant that saw an older number is worthless. */
  readonly grantEpoch: number
  /** Grows whenever an approval is withdrawn: an unredeemed code of a grant that saw an older number is worthless, however late it was saved. */
  readonly withdrawalEpoch: number
  readonly createdAt: Date
  readonly disabledAt?: Date
  readonly secondFactor?: SecondFactor
  /** The last ones, oldest first. */
  readonly events: readonly SecurityEvent[]
}
