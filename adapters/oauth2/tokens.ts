import type { OAuthClient, OAuthScope, OAuthToken, OAuthTokenRepository } from '@jmondi/oauth2-server'
import type { ForIssuingTokens, IssuedTokens, Presented } from '../../ports/for-issuing-tokens.js'
import { Carrier, ownerOf } from './carrier.js'

/** Where everything is decided: when the engine calls persist, client, scopes and verifier are proved, and nothing is spent yet. */
export class Tokens implements OAuthTokenRepository {
  readonly #issuing: ForIssuingTokens

  constructor(issuing: ForIssuingTokens) {
    this.#issuing = issuing
  }

  async persist(token: OAuthToken): Promise<void> {
    const carrier = Carrier.of(token.client)
    const issued = await this.#issue(token, carrier)
    carrier.issued = issued
    token.accessToken = issued.accessToken
    token.accessTokenExpiresAt = issued.expiresAt
    token.refreshToken = issued.refreshToken ?? null
  }

  async #issue(token: OAuthToken, carrier: Carrier): Promise<IssuedTokens> {
    const { exchange, narrowed } = carrier.token
    const presented = token.originatingAuthCodeId as Presented | string | undefined
    const scopes = token.scopes.map(({ name }) => name)
    if (typeof presented !== 'object') return this.#issuing.issue(scopes, exchange)
    if (presented.generation === undefined) return this.#issuing.redeem(presented, exchange)
    return this.#issuing.rotate(presented, narrowed, exchange)
  }

  /** Opens the token and loads what it belongs to; whether it is the newest is decided in persist. */
  async getByRefreshToken(raw: string): Promise<OAuthToken> {
    const presented = await this.#issuing.presentRefreshToken(raw)
    const { grant } = presented
    return {
      accessToken: '',
      accessTokenExpiresAt: grant.expiresAt,
      refreshToken: 'presented',
      refreshTokenExpiresAt: null,
      client: ownerOf(grant),
      user: { id: grant.userId },
      scopes: grant.scopes.map((name) => ({ name })),
      originatingAuthCodeId: presented as unknown as string,
    }
  }

  issueToken = (client: OAuthClient, scopes: OAuthScope[]): Promise<OAuthToken> =>
    Promise.resolve({ accessToken: '', accessTokenExpiresAt: new Date(0), client, scopes })

  /** Made in persist. */
  issueRefreshToken = (token: OAuthToken): Promise<OAuthToken> => Promise.resolve(token)

  /** Settled in persist: an old token that dies before its successor exists would lock the person out. */
  revoke = (): Promise<void> => Promise.resolve()

  /** Settled in persist, the grace window included. */
  isRefreshTokenRevoked = (): Promise<boolean> => Promise.resolve(false)
}
