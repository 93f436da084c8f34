import type { AccessTokenClaims } from '../ports/token-signer.js'
import type { Grant } from './grant.js'
import { formatScope } from './scope.js'

/** Whom an access token is for and what it is worth. */
export interface AccessTokenContent {
  readonly sub: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** At least one. */
  readonly audience: readonly string[]
  readonly jti: string
  readonly issuedAt: Date
  readonly expiresAt: Date
  /** How the person signed in; absent for client_credentials. */
  readonly signIn?: Pick<Grant, 'authTime' | 'amr'>
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)

/** A string or an array by count (RFC 7519 §4.1.3). */
export const audienceClaim = (audience: readonly string[]): string | readonly string[] => {
  const [only, ...others] = audience
  return only !== undefined && others.length === 0 ? only : audience
}

/** RFC 9068 §2.2; `aud` is a string or an array by count. */
export function accessTokenClaims(issuer: string, content: AccessTokenContent): AccessTokenClaims {
  const { sub, clientId, scopes, audience, jti, issuedAt, expiresAt, signIn } = content
  return {
    iss: issuer,
    sub,
    aud: audienceClaim(audience),
    client_id: clientId,
    scope: formatScope(scopes),
    iat: seconds(issuedAt),
    exp: seconds(expiresAt),
    jti,
    ...(signIn && { auth_time: seconds(signIn.authTime), amr: signIn.amr }),
  }
}
