import type { OAuthAuthCode, OAuthAuthCodeRepository, OAuthClient, OAuthScope, OAuthUser } from '@jmondi/oauth2-server'
import type { ForAuthorizing } from '../../ports/for-authorizing.js'
import type { ForIssuingTokens, Presented } from '../../ports/for-issuing-tokens.js'
import { Carrier, ownerOf } from './carrier.js'

/** Our clock decides when a code is over; the engine's must not. */
const FAR_AWAY = new Date(8_640_000_000_000_000)

export class Codes implements OAuthAuthCodeRepository {
  readonly #issuing: ForIssuingTokens
  readonly #authorizing: ForAuthorizing

  constructor(issuing: ForIssuingTokens, authorizing: ForAuthorizing) {
    this.#issuing = issuing
    this.#authorizing = authorizing
  }

  /** Spends nothing. The method is always S256: the engine verifies anything else as plain. */
  async getByIdentifier(raw: string): Promise<OAuthAuthCode> {
    const presented = await this.#issuing.presentCode(raw)
    const { grant } = presented
    return {
      code: spentInPersist(presented),
      codeChallenge: grant.code.challenge,
      codeChallengeMethod: 'S256',
      expiresAt: FAR_AWAY,
      user: { id: grant.userId },
      client: ownerOf(grant),
      scopes: grant.scopes.map((name) => ({ name })),
    }
  }

  issueAuthCode(client: OAuthClient, user: OAuthUser | undefined, scopes: OAuthScope[]): OAuthAuthCode {
    return { code: '', client, user: user ?? null, scopes, expiresAt: FAR_AWAY }
  }

  /** The one INSERT of a grant. */
  async persist(code: OAuthAuthCode): Promise<void> {
    const { grant, how, source } = Carrier.of(code.client).authorization
    code.code = this.#authorizing.codeFor(await this.#authorizing.grant(grant, how, source))
  }

  /** Settled in persist of the tokens: asked here, a stranger could burn a code. */
  isRevoked = (): Promise<boolean> => Promise.resolve(false)

  /** Settled in persist of the tokens. */
  revoke = (): Promise<void> => Promise.resolve()
}

/** The engine hands the id of a code on untouched, as `originatingAuthCodeId`; so what is to be spent goes in its place. */
const spentInPersist = (presented: Presented): string => presented as unknown as string
