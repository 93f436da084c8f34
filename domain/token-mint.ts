import type { Secrets } from '../ports/secrets.js'
import type { IssuedTokens } from '../ports/for-issuing-tokens.js'
import type { OpenedKey } from '../ports/token-signer.js'
import { accessTokenClaims, type AccessTokenContent } from './access-token.js'
import type { Client } from './client.js'
import { refreshTokenOf } from './computed-credentials.js'
import type { Grant } from './grant.js'
import type { Worth } from './token-worth.js'

export interface MintSettings {
  readonly issuer: string
  readonly accessTokenTtlMs: number
}

/** Makes tokens of what was decided. An access token's `jti` begins with what it hangs on: the grant, or the client's registration. */
export class TokenMint {
  readonly #secrets: Secrets
  readonly #settings: MintSettings

  constructor(secrets: Secrets, settings: MintSettings) {
    this.#secrets = secrets
    this.#settings = settings
  }

  async forGrant(grant: Grant, worth: Worth, key: OpenedKey, at: Date): Promise<IssuedTokens> {
    const refreshToken = grant.refresh && refreshTokenOf(grant.id, grant.refresh.generation, this.#secrets)
    const { userId: sub, clientId } = grant
    const tokens = await this.#mint({ ...worth, sub, clientId, jti: this.#jti(grant.id), signIn: grant }, key, at)
    return { ...tokens, ...(refreshToken !== undefined && { refreshToken }) }
  }

  /** client_credentials: the client is the subject. */
  forClient({ id, registration }: Client, worth: Worth, key: OpenedKey, at: Date): Promise<IssuedTokens> {
    return this.#mint({ ...worth, sub: id, clientId: id, jti: this.#jti(registration) }, key, at)
  }

  async #mint(content: Omit<AccessTokenContent, 'issuedAt' | 'expiresAt'>, key: OpenedKey, at: Date): Promise<IssuedTokens> {
    const { issuer, accessTokenTtlMs } = this.#settings
    const expiresAt = new Date(at.getTime() + accessTokenTtlMs)
    const accessToken = await key.sign(accessTokenClaims(issuer, { ...content, issuedAt: at, expiresAt }))
    return { accessToken, expiresAt, expiresIn: Math.floor(accessTokenTtlMs / 1000), scopes: content.scopes }
  }

  #jti(hangsOn: string): string {
    return `${hangsOn}.${this.#secrets.random(16)}`
  }
}
