import type { Source } from '../domain/audit.js'
import type { Client } from '../domain/client.js'

/** What one request at the revocation endpoint brings, its client proved. */
export interface RevocationRequest {
  readonly client: Client
  readonly token: string
  readonly source: Source
  /** Whether the client was answered meanwhile that it is too late. */
  readonly isOver?: () => boolean
}

/** RFC 7009. */
export interface ForRevokingTokens {
  /**
   * A refresh token ends its grant with all that it gave; an access token is denied alone until it would expire. What is no token of ours, or worth
   * nothing any more, is nothing to do. Another client's is `invalid_grant` and stays as it is.
   */
  revoke(request: RevocationRequest): Promise<void>
}
