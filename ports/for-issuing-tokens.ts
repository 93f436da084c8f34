import type { Source } from '../domain/audit.js'
import type { Client } from '../domain/client.js'
import type { Grant } from '../domain/grant.js'
import type { AttemptId } from '../domain/ids.js'
import type { User } from '../domain/user.js'

/** What one request at the token endpoint brings, its client proved. */
export interface Exchange {
  readonly client: Client
  readonly attempt: AttemptId
  readonly source: Source
  readonly redirectUri?: string
  /** Whether the client was answered meanwhile that it is too late: then nothing may be spent or ended any more. */
  readonly isOver?: () => boolean
  /** RFC 8707 `resource`, as sent. */
  readonly resources: readonly string[]
}

/** RFC 6749 §5.1. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly expiresAt: Date
  /** Whole seconds that the access token lives. */
  readonly expiresIn: number
  readonly scopes: readonly string[]
  readonly refreshToken?: string
}

/** A code or refresh token that is genuine, with what it belongs to. Nothing is judged or spent yet. */
export interface Presented {
  readonly grant: Grant
  readonly user: User
  /** Of a refresh token. */
  readonly generation?: number
}

export interface ForIssuingTokens {
  /** Opens a code without spending it. A forged one is `invalid_grant` without a store call; likewise an unknown one, or one whose person is gone. */
  presentCode(code: string): Promise<Presented>
  /** The same for a refresh token. */
  presentRefreshToken(token: string): Promise<Presented>
  /** Spends the code, whose proof (client, verifier) is complete. One call succeeds; any other ends the grant: `invalid_grant`. So is a disabled person's, which spends nothing. */
  redeem(presented: Presented, exchange: Exchange): Promise<IssuedTokens>
  /** Rotates, or answers the newest token to a retry inside REFRESH_GRACE; reuse ends the grant: `invalid_grant`. `asked` narrows the access token only. */
  rotate(presented: Presented, asked: readonly string[] | undefined, exchange: Exchange): Promise<IssuedTokens>
  /** client_credentials: no row, no refresh token. */
  issue(scopes: readonly string[], exchange: Exchange): Promise<IssuedTokens>
  /** The scopes of a request by client_credentials: `scope` as sent, or the client's default. Throws `invalid_scope`, `invalid_target`. */
  admitScopes(exchange: Exchange, scope: string | undefined): Promise<readonly string[]>
}
