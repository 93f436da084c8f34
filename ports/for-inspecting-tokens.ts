import type { Source } from '../domain/audit.js'
import type { Client } from '../domain/client.js'

/** RFC 7662 §2.2; times in whole seconds. */
export interface ActiveToken {
  readonly active: true
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly scope: string
  readonly iat: number
  readonly exp: number
  /** Of access tokens alone. */
  readonly token_type?: 'Bearer'
  readonly jti?: string
  readonly auth_time?: number
  readonly amr?: readonly string[]
}

export type Inspection = ActiveToken | { readonly active: false }

export interface ForInspectingTokens {
  /**
   * What an access or refresh token is worth at this moment: its grant, person, client and key are asked. Inactive also for who may not know: an
   * access token is shown to its own client and to those who serve one of its audiences, a refresh token to its own client alone. A public caller is
   * `invalid_client`. Looking ends nothing. Throws StoreUnavailable, and never calls a token inactive because the store did not answer.
   */
  inspect(request: { readonly caller: Client; readonly token: string; readonly source: Source }): Promise<Inspection>
}
