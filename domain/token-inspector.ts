import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { DeniedTokens } from '../ports/denied-tokens.js'
import type { ActiveToken, ForInspectingTokens, Inspection } from '../ports/for-inspecting-tokens.js'
import type { GrantRepository } from '../ports/grant-repository.js'
import type { Secrets } from '../ports/secrets.js'
import type { AccessTokenClaims } from '../ports/token-signer.js'
import type { UserRepository } from '../ports/user-repository.js'
import { audienceClaim } from './access-token.js'
import type { Source } from './audit.js'
import type { Catalogue } from './catalogue.js'
import { isConfidential, mayUse, type Client } from './client.js'
import { openRefreshToken } from './computed-credentials.js'
import type { OpenedRefreshToken } from './credentials.js'
import { OAuthError } from './errors.js'
import { judgeGeneration, type Grant, type Lineage } from './grant.js'
import type { GrantId, UserId } from './ids.js'
import type { KeyRing } from './key-ring.js'
import { isLive, standsFor } from './live-grant.js'
import { formatScope } from './scope.js'
import { worthOf, type Worth } from './token-worth.js'

export interface TokenInspectorParts {
  readonly grants: GrantRepository
  readonly users: UserRepository
  readonly deniedTokens: DeniedTokens
  readonly catalogue: Catalogue
  readonly keyRing: KeyRing
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
}

export interface InspectionSettings {
  readonly issuer: string
  readonly defaultResource: string
  readonly refreshGraceMs: number
}

type Described = Omit<ActiveToken, 'active'>

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)

/** Says what a token is worth at this moment, to those who may know (RFC 7662). */
export class TokenInspector implements ForInspectingTokens {
  readonly #parts: TokenInspectorParts
  readonly #settings: InspectionSettings

  constructor(parts: TokenInspectorParts, settings: InspectionSettings) {
    this.#parts = parts
    this.#settings = settings
  }

  async inspect({ caller, token, source }: { caller: Client; token: string; source: Source }): Promise<Inspection> {
    if (!isConfidential(caller)) throw new OAuthError('invalid_client', 'a public client may not inspect tokens')
    const opened = openRefreshToken(token, this.#parts.secrets)
    const described = opened === undefined ? await this.#accessToken(token, caller) : await this.#refreshToken(opened, caller)
    if (described !== undefined) return { active: true, ...described }
    // So that guessing shows.
    this.#parts.audit.record({ event: 'introspection', outcome: 'refused', client_id: caller.id }, source)
    return { active: false }
  }

  async #accessToken(token: string, caller: Client): Promise<Described | undefined> {
    const claims = await this.#parts.keyRing.verify(token)
    if (claims?.iss !== this.#settings.issuer || claims.exp <= seconds(this.#parts.clock.now())) return undefined
    const client = await this.#parts.catalogue.client(claims.client_id)
    if (client === undefined || client.disabledAt !== undefined || !maySee(caller, claims)) return undefined
    const [stands, isDenied] = await Promise.all([this.#hangsOnLive(claims, client), this.#parts.deniedTokens.isDenied(claims.jti)])
    return stands && !isDenied ? { ...claims, token_type: 'Bearer' } : undefined
  }

  async #hangsOnLive({ jti, sub, client_id }: AccessTokenClaims, client: Client): Promise<boolean> {
    const [hangsOn = ''] = jti.split('.')
    if (sub === client_id) return hangsOn === client.registration
    const [grant, user] = await Promise.all([this.#parts.grants.find(hangsOn as GrantId), this.#parts.users.find(sub as UserId)])
    return grant?.userId === sub && standsFor(grant, client, user)
  }

  async #refreshToken({ grantId, generation }: OpenedRefreshToken, caller: Client): Promise<Described | undefined> {
    const { grants, users, catalogue, clock } = this.#parts
    const grant = await grants.find(grantId)
    if (grant?.refresh === undefined || grant.clientId !== caller.id) return undefined
    const at = clock.now()
    const verdict = judgeGeneration(grant.refresh, generation, at, this.#settings.refreshGraceMs)
    const client = await catalogue.client(grant.clientId)
    const user = await users.find(grant.userId)
    if (client === undefined || !mayUse(client, 'refresh_token') || !isLive(grant, client, user, at)) return undefined
    return verdict === 'newest' || verdict === 'retry' ? this.#describeRefreshToken(grant, grant.refresh, client) : undefined
  }

  async #describeRefreshToken(grant: Grant, refresh: Lineage, client: Client): Promise<Described | undefined> {
    const worth = await this.#worthOf(grant, client)
    if (worth === undefined) return undefined
    const { idleExpiresAt, expiresAt, rotatedAt } = refresh
    return {
      iss: this.#settings.issuer,
      sub: grant.userId,
      aud: audienceClaim(worth.audience),
      client_id: grant.clientId,
      scope: formatScope(worth.scopes),
      iat: seconds(rotatedAt),
      exp: seconds(idleExpiresAt < expiresAt ? idleExpiresAt : expiresAt),
      auth_time: seconds(grant.authTime),
      amr: grant.amr,
    }
  }

  /** What it would be refreshed to; undefined when it would be refused. */
  async #worthOf(grant: Grant, client: Client): Promise<Worth | undefined> {
    const asking = { client, resources: [], asked: undefined }
    try {
      return await worthOf(grant, asking, this.#parts.catalogue, this.#settings.defaultResource)
    } catch (error) {
      if (error instanceof OAuthError) return undefined
      throw error
    }
  }
}

/** Its own client, or one that serves one of its audiences. */
const maySee = (caller: Client, { client_id, aud }: AccessTokenClaims): boolean =>
  caller.id === client_id || [aud].flat().some((resource) => caller.resourceServerFor.includes(resource))
