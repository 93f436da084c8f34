import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { Exchange, ForIssuingTokens, IssuedTokens, Presented } from '../ports/for-issuing-tokens.js'
import type { GrantRepository } from '../ports/grant-repository.js'
import type { Secrets } from '../ports/secrets.js'
import type { UserRepository } from '../ports/user-repository.js'
import type { AuditEventName } from './audit.js'
import type { Catalogue } from './catalogue.js'
import { mayUse } from './client.js'
import { openCode, openRefreshToken } from './computed-credentials.js'
import { OAuthError } from './errors.js'
import { CLOCK_LEEWAY_MS, judgeGeneration, type EndReason, type Grant } from './grant.js'
import type { GrantId } from './ids.js'
import type { KeyRing } from './key-ring.js'
import { TokenMint } from './token-mint.js'
import { worthOf, type Worth } from './token-worth.js'
import { mustGoOn } from './too-late.js'
import type { User } from './user.js'

export interface TokenLifetimes {
  readonly issuer: string
  readonly defaultResource: string
  readonly accessTokenTtlMs: number
  readonly refreshIdleTtlMs: number
  readonly refreshMaxTtlMs: number
  readonly refreshGraceMs: number
}

export interface TokenIssuerParts {
  readonly grants: GrantRepository
  readonly users: UserRepository
  readonly catalogue: Catalogue
  readonly keyRing: KeyRing
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
}

/** A lost race is settled by reading again; each round means that somebody else made progress. */
const MAX_ROUNDS = 100

const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms)
const earlier = (a: Date, b: Date): Date => (a < b ? a : b)

/** Turns a person's grant, or a client's own right, into tokens; decides what a replay and a reuse mean. */
export class TokenIssuer implements ForIssuingTokens {
  readonly #parts: TokenIssuerParts
  readonly #lifetimes: TokenLifetimes
  readonly #mint: TokenMint

  constructor(parts: TokenIssuerParts, lifetimes: TokenLifetimes) {
    this.#parts = parts
    this.#lifetimes = lifetimes
    this.#mint = new TokenMint(parts.secrets, lifetimes)
  }

  async presentCode(code: string): Promise<Presented> {
    const opened = openCode(code, this.#parts.secrets)
    if (opened === undefined) throw invalidGrant('forged code')
    return this.#present(opened.grantId)
  }

  async presentRefreshToken(token: string): Promise<Presented> {
    const opened = openRefreshToken(token, this.#parts.secrets)
    if (opened === undefined) throw invalidGrant('forged refresh token')
    return { ...(await this.#present(opened.grantId)), generation: opened.generation }
  }

  async redeem({ grant, user }: Presented, exchange: Exchange): Promise<IssuedTokens> {
    const { client, redirectUri, attempt } = exchange
    this.#mustBelong(grant, exchange)
    if (redirectUri !== undefined && redirectUri !== grant.code.redirectUri) throw invalidGrant('redirect_uri differs from the request')
    if (grant.code.redeemedAt !== undefined) return this.#end(grant, 'replayed', 'replay', exchange)
    mustBeEnabled(user)
    const worth = await this.#worthOf(grant, exchange)
    const key = await this.#parts.keyRing.signingKey()
    const at = this.#parts.clock.now()
    if (grant.code.expiresAt <= at) throw invalidGrant('expired code')
    const lineage = mayUse(client, 'refresh_token')
      ? { idleExpiresAt: later(at, this.#lifetimes.refreshIdleTtlMs), expiresAt: later(at, this.#lifetimes.refreshMaxTtlMs) }
      : undefined
    // The last access token may be issued at the end of the lineage, and is looked up as long as it lives.
    const expiresAt = later(lineage?.expiresAt ?? at, this.#lifetimes.accessTokenTtlMs + CLOCK_LEEWAY_MS)
    const redemption = { attempt, at, expiresAt, ...(lineage && { refresh: lineage }) }
    mustGoOn(exchange)
    const won = await this.#parts.grants.redeem(grant.id, redemption)
    if (won === undefined) return this.#refuseReplay(grant.id, exchange)
    this.#record('token', won, exchange)
    return this.#mint.forGrant(won, worth, key, at)
  }

  async rotate(
    { grant, user, generation = 0 }: Presented,
    asked: readonly string[] | undefined,
    exchange: Exchange,
  ): Promise<IssuedTokens> {
    this.#mustBelong(grant, exchange)
    await this.#judge(grant, generation, exchange)
    mustBeEnabled(user)
    const worth = await this.#worthOf(grant, exchange, asked)
    const key = await this.#parts.keyRing.signingKey()
    let state: Grant | undefined = grant
    for (let round = 0; round < MAX_ROUNDS; round++) {
      mustGoOn(exchange)
      const { verdict, lineage, at } = await this.#judge(state, generation, exchange)
      const idleExpiresAt = earlier(later(at, this.#lifetimes.refreshIdleTtlMs), lineage.expiresAt)
      const rotation = { attempt: exchange.attempt, at, idleExpiresAt }
      const leaf: Grant | undefined =
        verdict === 'retry'
          ? await this.#confirmed(state, generation, exchange)
          : await this.#parts.grants.rotate(grant.id, generation, rotation)
      if (leaf !== undefined) {
        this.#record('refresh', leaf, exchange)
        return this.#mint.forGrant(leaf, worth, key, at)
      }
      state = await this.#parts.grants.find(grant.id)
    }
    throw new OAuthError('temporarily_unavailable', 'too many contenders for one refresh token', { retryAfter: 1 })
  }

  async issue(scopes: readonly string[], exchange: Exchange): Promise<IssuedTokens> {
    const { client, source } = exchange
    const resources = await this.#parts.catalogue.admitResources(client, exchange.resources)
    const key = await this.#parts.keyRing.signingKey()
    const audience = resources.length > 0 ? resources : [this.#lifetimes.defaultResource]
    const tokens = await this.#mint.forClient(client, { scopes, audience }, key, this.#parts.clock.now())
    this.#parts.audit.record({ event: 'token', outcome: 'ok', client_id: client.id }, source)
    return tokens
  }

  async admitScopes({ client, resources }: Exchange, scope: string | undefined): Promise<readonly string[]> {
    return this.#parts.catalogue.admitScopes(client, scope, await this.#parts.catalogue.admitResources(client, resources))
  }

  async #present(id: GrantId): Promise<Presented> {
    const grant = await this.#parts.grants.find(id)
    if (grant === undefined) throw invalidGrant('unknown grant')
    const user = await this.#parts.users.find(grant.userId)
    if (user === undefined) throw invalidGrant('person gone')
    if (grant.grantEpoch !== user.grantEpoch) throw invalidGrant('ended with all grants of the person')
    if (grant.code.redeemedAt === undefined && grant.withdrawalEpoch !== user.withdrawalEpoch)
      throw invalidGrant('an approval was withdrawn meanwhile')
    return { grant, user }
  }

  /** A client that was deleted and registered again under the same id inherits nothing. */
  #mustBelong(grant: Grant, { client }: Exchange): void {
    if (grant.clientId !== client.id || grant.clientRegistration !== client.registration) throw invalidGrant("another client's grant")
    if (grant.endedAt !== undefined) throw invalidGrant('ended grant')
  }

  #worthOf(grant: Grant, exchange: Exchange, asked?: readonly string[]): Promise<Worth> {
    return worthOf(grant, { ...exchange, asked }, this.#parts.catalogue, this.#lifetimes.defaultResource)
  }

  /** What presenting the token means now; reuse ends the grant, whatever else is wrong with the request. */
  async #judge(state: Grant | undefined, generation: number, exchange: Exchange) {
    if (state?.refresh === undefined || state.endedAt !== undefined) throw invalidGrant('ended grant')
    const at = this.#parts.clock.now()
    const verdict = judgeGeneration(state.refresh, generation, at, this.#lifetimes.refreshGraceMs)
    if (verdict === 'expired') throw invalidGrant('expired refresh token')
    if (verdict === 'reuse') return this.#end(state, 'reused', 'reuse', exchange)
    return { verdict, lineage: state.refresh, at }
  }

  /** The state, once nothing undoes it any more: a token that was handed out must not be rolled back. Undefined when it has moved on meanwhile. */
  async #confirmed(state: Grant | undefined, generation: number, exchange: Exchange): Promise<Grant | undefined> {
    const confirmed = state && (await this.#parts.grants.find(state.id, { confirmed: true }))
    const { verdict } = await this.#judge(confirmed, generation, exchange)
    return verdict === 'retry' ? confirmed : undefined
  }

  async #refuseReplay(id: GrantId, exchange: Exchange): Promise<never> {
    const state = await this.#parts.grants.find(id)
    if (state?.code.redeemedAt === undefined) throw invalidGrant('ended or expired meanwhile')
    return this.#end(state, 'replayed', 'replay', exchange)
  }

  async #end(grant: Grant, why: EndReason, event: AuditEventName, exchange: Exchange): Promise<never> {
    // The client was told to try again: what it lost against may be its own second try.
    mustGoOn(exchange)
    await this.#parts.grants.end(grant.id, why, this.#parts.clock.now())
    this.#record(event, grant, exchange, 'refused')
    throw invalidGrant(why)
  }

  #record(event: AuditEventName, grant: Grant, { source }: Exchange, outcome: 'ok' | 'refused' = 'ok'): void {
    this.#parts.audit.record({ event, outcome, client_id: grant.clientId, user_id: grant.userId, grant_id: grant.id }, source)
  }
}

/** Asked once a replay and a reuse are judged: they end the grant, which would be back with the person. */
function mustBeEnabled({ disabledAt }: User): void {
  if (disabledAt !== undefined) throw invalidGrant('person disabled')
}

const invalidGrant = (reason: string): OAuthError => new OAuthError('invalid_grant', reason)
