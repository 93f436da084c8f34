import type { SessionId, UserId } from './ids.js'
import type { User } from './user.js'

/** A browser in which a person is signed in. */
export interface Session {
  readonly id: SessionId
  readonly userId: UserId
  readonly authTime: Date
  /** RFC 8176 values. */
  readonly amr: readonly string[]
  /** What is still to be shown before the person counts as signed in. */
  readonly pending?: 'otp'
  /** The person's sessionEpoch when this began. */
  readonly sessionEpoch: number
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly idleExpiresAt: Date
  readonly expiresAt: Date
}

export interface SessionFilter {
  readonly userId: UserId
  readonly except?: SessionId
}

export const isAlive = (session: Session, user: User, at: Date): boolean =>
  session.userId === user.id &&
  session.sessionEpoch === user.sessionEpoch &&
  user.disabledAt === undefined &&
  session.idleExpiresAt > at &&
  session.expiresAt > at

/** So long the password counts as just given. */
const FRESH_MS = 15 * 60_000

/** Whether the person showed the password lately enough to change the account. */
export const isFresh = ({ authTime }: Session, at: Date): boolean => at.getTime() - authTime.getTime() < FRESH_MS

const OF_SECOND_FACTOR: readonly string[] = ['otp', 'mfa']

/** What a session's sign-in still proves: of a second factor that was taken away or replaced since, nothing. */
export const provenBy = ({ amr, createdAt }: Session, { secondFactor }: User): readonly string[] =>
  secondFactor !== undefined && secondFactor.enrolledAt <= createdAt ? amr : amr.filter((method) => !OF_SECOND_FACTOR.includes(method))

/** Whether the person has a second factor that was not shown (RFC 8176 `mfa`) in this session: it came after the sign-in, or in place of another. */
export const owesSecondFactor = (session: Session, user: User): boolean =>
  user.secondFactor !== undefined && !provenBy(session, user).includes('mfa')

/** What is to be shown before anything of the account is changed, in that order. */
export function dueForChanges(
  { session, user }: { readonly session: Session; readonly user: User },
  at: Date,
): 'password' | 'otp' | undefined {
  if (!isFresh(session, at)) return 'password'
  return owesSecondFactor(session, user) ? 'otp' : undefined
}
