import type { Source } from '../domain/audit.js'
import type { AuthMethod, Client } from '../domain/client.js'
import type { Session } from '../domain/session.js'
import type { User } from '../domain/user.js'

/** What a client presented, by exactly one method (RFC 6749 §2.3). */
export interface ClientCredentials {
  readonly method: AuthMethod
  readonly clientId: string
  readonly secret?: string
}

/** A person who is signed in, in this browser. */
export interface SignedIn {
  readonly user: User
  readonly session: Session
}

export interface ForAuthenticating {
  /**
   * Proves a client. Unknown client, wrong secret, wrong method and disabled client are all OAuthError `invalid_client`; past CLIENT_ATTEMPTS
   * wrong secrets for one client from one address it is `temporarily_unavailable` with `retryAfter`.
   */
  client(credentials: ClientCredentials, source: Source): Promise<Client>
  /**
   * Signs a person in. `token` is the new session's cookie value, told once. Undefined for an unknown name, a wrong password and a disabled
   * person alike, after the same time. `previous` (an old cookie value) is ended. A person with a second factor is half signed in
   * (`session.pending`) and may do nothing but prove it or leave. Throws TooManyAttempts, Busy.
   */
  signIn(
    attempt: { username: string; password: string; previous?: string },
    source: Source,
  ): Promise<({ token: string } & SignedIn) | undefined>
  /** Who is wholly signed in with this cookie value; moves the idle limit at most once a minute. Undefined when nobody is. */
  resume(token: string): Promise<SignedIn | undefined>
  /** Who is half signed in with it. */
  halfSignedIn(token: string): Promise<SignedIn | undefined>
  /**
   * Takes a one-time code or a recovery code from whoever has the session, half signed in or wholly, and gives another session for it with `amr`
   * saying so. Each is accepted once. Undefined when it is not right. Throws TooManyAttempts.
   */
  proveSecondFactor(proof: { token: string; otp: string }, source: Source): Promise<({ token: string } & SignedIn) | undefined>
  /** Takes the password again from whoever is signed in: another session, freshly signed in. Undefined when it is wrong. Throws TooManyAttempts, Busy. */
  confirmPassword(proof: { token: string; password: string }, source: Source): Promise<({ token: string } & SignedIn) | undefined>
  /** Ends the session; nothing happens when it had ended. */
  signOut(token: string, source: Source): Promise<void>
}
