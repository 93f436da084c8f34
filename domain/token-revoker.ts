import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { DeniedTokens } from '../ports/denied-tokens.js'
import type { ForRevokingTokens, RevocationRequest } from '../ports/for-revoking-tokens.js'
import type { GrantRepository } from '../ports/grant-repository.js'
import type { Secrets } from '../ports/secrets.js'
import { openRefreshToken } from './computed-credentials.js'
import { OAuthError } from './errors.js'
import { CLOCK_LEEWAY_MS } from './grant.js'
import type { GrantId } from './ids.js'
import type { KeyRing } from './key-ring.js'
import { mustGoOn } from './too-late.js'

export interface TokenRevokerParts {
  readonly grants: GrantRepository
  readonly deniedTokens: DeniedTokens
  readonly keyRing: KeyRing
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
}

/** Takes tokens back for the client that they were given to (RFC 7009). */
export class TokenRevoker implements ForRevokingTokens {
  readonly #parts: TokenRevokerParts

  constructor(parts: TokenRevokerParts) {
    this.#parts = parts
  }

  async revoke(request: RevocationRequest): Promise<void> {
    const opened = openRefreshToken(request.token, this.#parts.secrets)
    if (opened !== undefined) await this.#endGrant(opened.grantId, request)
    else await this.#denyAccessToken(request)
  }

  async #endGrant(id: GrantId, request: RevocationRequest): Promise<void> {
    const { grants, clock } = this.#parts
    const { client } = request
    const grant = await grants.find(id)
    if (grant === undefined) return
    if (grant.clientId !== client.id || grant.clientRegistration !== client.registration) throw foreign()
    mustGoOn(request)
    if (await grants.end(id, 'revoked', clock.now())) this.#record(request, { user_id: grant.userId, grant_id: id })
  }

  async #denyAccessToken(request: RevocationRequest): Promise<void> {
    const { deniedTokens, keyRing, clock } = this.#parts
    const claims = await keyRing.verify(request.token)
    if (claims === undefined) return
    if (claims.client_id !== request.client.id) throw foreign()
    // To a server whose clock is behind it may live on.
    const expiresAt = new Date(claims.exp * 1000 + CLOCK_LEEWAY_MS)
    if (expiresAt <= clock.now()) return
    mustGoOn(request)
    await deniedTokens.deny({ jti: claims.jti, expiresAt })
    this.#record(request, claims.sub === claims.client_id ? {} : { user_id: claims.sub })
  }

  #record({ client, source }: RevocationRequest, subject: { user_id?: string; grant_id?: string }): void {
    this.#parts.audit.record({ event: 'revocation', outcome: 'ok', client_id: client.id, ...subject }, source)
  }
}

const foreign = (): OAuthError => new OAuthError('invalid_grant', "another client's token")
