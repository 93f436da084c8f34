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
import { isConfidential, type Client } from './client.js'
import { openRefreshToken } from './computed-credentials.js'
import type { OpenedRefreshToken } from './credentials.js'
import { OAuthError } from './errors.js'
import { judgeGeneration, type Grant } from './grant.js'
import type { GrantId, UserId } from './ids.js'
import type { KeyRing } from './key-ring.js'
import { isLive, standsFor } from './live-grant.js'
import { formatScope } from './scope.js'

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
    const isWorth = (verdict === 'newest' || verdict === 'retry') && grant.endedAt === undefined && isLive(grant, client, user, at)
    return isWorth ? this.#describeRefreshToken(grant, grant.refresh, caller) : undefined
  }

  async #describeRefreshToken(grant: Grant, refresh: NonNullable<Grant['refresh']>, client: Client): Promise<Described | undefined> {
    const scopes = await this.#parts.catalogue.scopesLeft(client, grant.scopes)
    const { idleExpiresAt, expiresAt, rotatedAt } = refresh
    const { issuer: iss, defaultResource } = this.#settings
    const resources = await this.#parts.catalogue.resourcesLeft(client, grant.resources)
    if (scopes.length === 0 || (grant.resources.length > 0 && resources.length === 0)) return undefined
    return {
      iss,
      sub: grant.userId,
      aud: audienceClaim(resources.length > 0 ? resources : [defaultResource]),
      client_id: grant.clientId,
      scope: formatScope(scopes),
      iat: seconds(rotatedAt),
      exp: seconds(idleExpiresAt < expiresAt ? idleExpiresAt : expiresAt),
      auth_time: seconds(grant.authTime),
      amr: grant.amr,
    }
  }
}

/** Its own client, or one that serves one of its audiences. */
const maySee = (caller: Client, { client_id, aud }: AccessTokenClaims): boolean =>
  caller.id === client_id || [aud].flat().some((resource) => caller.resourceServerFor.includes(resource))
