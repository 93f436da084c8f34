import type { Source } from '../domain/audit.js'
import type { Session } from '../domain/session.js'
import type { SignedIn } from './for-authenticating.js'

/** The value of the session cookie from now on: what changes an account renews the session. */
export interface Renewed {
  readonly token: string
}

/** A second factor that is on its way: the same each time it is asked for, until it is confirmed or the session ends. */
export interface Enrolment {
  /** Base 32, as a person types it. */
  readonly secret: string
  /** `otpauth:` URI, as an app reads it. */
  readonly uri: string
}

/**
 * What people do to their own accounts. `who` is freshly signed in, or nothing of this is allowed (see `isFresh`): but for listing, everything throws
 * OAuthError `access_denied` otherwise. A current password and a one-time code are counted like those of a sign-in: TooManyAttempts, Busy.
 */
export interface ForKeepingAccounts {
  /** Those alive and wholly signed in, the newest use first. */
  sessions(who: SignedIn): Promise<readonly Session[]>
  /** One of the person's own; nothing happens to another's, or when it had ended. */
  endSession(who: SignedIn, id: string, source: Source): Promise<void>
  endOtherSessions(who: SignedIn, source: Source): Promise<Renewed>
  /** Ends the person's other sessions, keeps the grants. Undefined for a wrong current password. Throws InvalidInput for a new one that is none. */
  changePassword(
    who: SignedIn,
    passwords: { readonly current: string; readonly next: string },
    source: Source,
  ): Promise<Renewed | undefined>
  /** Throws InvalidInput when there is a second factor already. */
  enrolment(who: SignedIn): Enrolment
  /** Undefined for a wrong code. The recovery codes are told once. */
  confirmEnrolment(
    who: SignedIn,
    otp: string,
    source: Source,
  ): Promise<(Renewed & { readonly recoveryCodes: readonly string[] }) | undefined>
  /** Undefined for a wrong password. */
  disableSecondFactor(who: SignedIn, password: string, source: Source): Promise<Renewed | undefined>
  /** Undefined for a wrong password. The old ones are worth nothing from then on. Throws InvalidInput without a second factor. */
  renewRecoveryCodes(who: SignedIn, password: string, source: Source): Promise<readonly string[] | undefined>
}
