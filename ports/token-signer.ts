import type { KeyId } from '../domain/ids.js'
import type { PublicJwk } from '../domain/signing-key.js'

export interface KeyPair {
  readonly kid: KeyId
  readonly publicJwk: PublicJwk
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array
}

/** Claims of an access token (RFC 9068 §2.2); times in whole seconds. */
export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly scope: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
  readonly auth_time?: number
  readonly amr?: readonly string[]
}

/** Makes ES256 keys and signs with them (RFC 7518 §3.4). */
export interface TokenSigner {
  generate(): Promise<KeyPair>
  /** Prepares a private key once, so that signing is cheap. Throws when it is not such a key. */
  open(kid: KeyId, privateKey: Uint8Array): OpenedKey
  /**
   * The claims of a token that is spelled as `sign` spells it and whose signature holds under the key that `keyOf` knows by its kid. Undefined for
   * any other text; no part of a token has a second spelling. Synchronous: it takes less time than a turn.
   */
  verify(token: string, keyOf: (kid: KeyId) => PublicJwk | undefined): AccessTokenClaims | undefined
}

export interface OpenedKey {
  /** Compact JWS with header `typ at+jwt`, `alg ES256`, `kid`. */
  sign(claims: AccessTokenClaims): Promise<string>
}
