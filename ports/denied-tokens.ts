import type { DeniedToken } from '../domain/denied-token.js'

/** Access tokens that were revoked alone (RFC 7009 §2.1). All methods throw StoreUnavailable when the store does not answer. */
export interface DeniedTokens {
  /** From now on isDenied answers true, in every process, until the token expires at the earliest. Idempotent. */
  deny(token: DeniedToken): Promise<void>
  isDenied(jti: string): Promise<boolean>
}
