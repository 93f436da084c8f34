import { AuthorizationRequest, AuthorizationServer, DateInterval, isOAuthError } from '@jmondi/oauth2-server'
import type { Source } from '../../domain/audit.js'
import { isConfidential, type GrantType } from '../../domain/client.js'
import { OAuthError } from '../../domain/errors.js'
import { parseScope } from '../../domain/scope.js'
import type { ForAuthorizing, NewGrant } from '../../ports/for-authorizing.js'
import type { Exchange, ForIssuingTokens } from '../../ports/for-issuing-tokens.js'
import { handsBackFinishedTokens } from './access-tokens.js'
import { Carrier } from './carrier.js'
import { Codes } from './codes.js'
import { clientsTravelWithTheRequest, peopleAreSettled, scopesAreNames } from './entities.js'
import { Tokens } from './tokens.js'

/** RFC 6749 §5.1. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Seconds. */
  readonly expires_in: number
  readonly scope: string
  readonly refresh_token?: string
}

export interface Engine {
  /** RFC 6749 §3.2. `form` holds each parameter once, none empty; the client is proved and may use the grant. Throws OAuthError. */
  exchange(form: ReadonlyMap<string, string>, exchange: Exchange): Promise<TokenResponse>
  /** RFC 6749 §4.1.2. The request is validated and approved; answers the code. */
  authorize(grant: NewGrant, how: 'asked' | 'remembered', source: Source): Promise<string>
}

/** What the engine says of its own accord; on codes and refresh tokens everything that is wrong is `invalid_grant` (RFC 6749 §5.2). */
const REFUSALS: Readonly<Record<string, 'invalid_scope' | 'invalid_grant' | 'unsupported_grant_type'>> = {
  invalid_scope: 'invalid_scope',
  unauthorized_scope: 'invalid_scope',
  unsupported_grant_type: 'unsupported_grant_type',
  invalid_request: 'invalid_grant',
  invalid_grant: 'invalid_grant',
}

/** The grant engine @jmondi/oauth2-server, built once: it parses OAuth and asks the domain. */
export class GrantEngine implements Engine {
  readonly #server: AuthorizationServer
  readonly #issuing: ForIssuingTokens

  constructor(issuing: ForIssuingTokens, authorizing: ForAuthorizing, issuer: string) {
    this.#issuing = issuing
    this.#server = new AuthorizationServer(clientsTravelWithTheRequest, new Tokens(issuing), scopesAreNames, handsBackFinishedTokens, {
      issuer,
      useOpaqueAuthorizationCodes: true,
      useOpaqueRefreshTokens: true,
    })
    const shortest = new DateInterval('1m')
    this.#server.enableGrantTypes(
      [{ grant: 'authorization_code', authCodeRepository: new Codes(issuing, authorizing), userRepository: peopleAreSettled }, shortest],
      ['client_credentials', shortest],
      ['refresh_token', shortest],
    )
  }

  async exchange(form: ReadonlyMap<string, string>, exchange: Exchange): Promise<TokenResponse> {
    const { client } = exchange
    const grantType = form.get('grant_type') as GrantType
    const carrier = new Carrier(client, { exchange, ...narrowing(form, grantType) })
    const body = { ...this.#credentials(carrier), ...(await this.#parameters(form, grantType, exchange)) }
    try {
      await this.#server.respondToAccessTokenRequest({ headers: {}, query: {}, body })
    } catch (error) {
      throw translated(error)
    }
    return answer(carrier)
  }

  async authorize(grant: NewGrant, how: 'asked' | 'remembered', source: Source): Promise<string> {
    const { client, redirectUri, scopes, challenge } = grant.request
    const carrier = new Carrier(client, { grant, how, source })
    const request = new AuthorizationRequest('authorization_code', carrier, redirectUri, { id: grant.who.user.id })
    request.scopes = scopes.map((name) => ({ name }))
    request.codeChallenge = challenge
    request.codeChallengeMethod = 'S256'
    request.isAuthorizationApproved = true
    const { headers } = await this.#server.completeAuthorizationRequest(request)
    const code = new URL(String(headers['location'])).searchParams.get('code')
    if (code === null) throw new Error('the engine answered without a code')
    return code
  }

  /** The engine passes the client_id on untouched, so what a request brings travels in it; it calls a client with a secret confidential. */
  #credentials(carrier: Carrier): object {
    return { client_id: carrier, ...(isConfidential(carrier.registered) && { client_secret: carrier.secret }) }
  }

  async #parameters(form: ReadonlyMap<string, string>, grantType: GrantType, exchange: Exchange): Promise<Record<string, string>> {
    const scope = form.get('scope')
    if (grantType === 'client_credentials') {
      if (!isConfidential(exchange.client)) throw new OAuthError('unauthorized_client', 'a public client has no credentials')
      return { grant_type: grantType, scope: (await this.#issuing.admitScopes(exchange, scope)).join(' ') }
    }
    if (grantType === 'authorization_code') {
      return { grant_type: grantType, code: form.get('code') ?? '', code_verifier: form.get('code_verifier') ?? '' }
    }
    return { grant_type: grantType, refresh_token: form.get('refresh_token') ?? '' }
  }
}

/** The scope of a refresh is kept from the engine, which would refuse a wider one before persist can see that the token is reused. */
function narrowing(form: ReadonlyMap<string, string>, grantType: GrantType): { readonly narrowed?: readonly string[] } {
  const scope = grantType === 'refresh_token' ? form.get('scope') : undefined
  if (scope === undefined) return {}
  const narrowed = parseScope(scope)
  if (narrowed === undefined) throw new OAuthError('invalid_scope', 'malformed scope')
  return { narrowed }
}

function answer({ issued }: Carrier): TokenResponse {
  if (issued === undefined) throw new Error('the engine answered without asking for a token')
  return {
    access_token: issued.accessToken,
    token_type: 'Bearer',
    expires_in: issued.expiresIn,
    scope: issued.scopes.join(' '),
    ...(issued.refreshToken !== undefined && { refresh_token: issued.refreshToken }),
  }
}

function translated(error: unknown): unknown {
  if (!isOAuthError(error)) return error
  const code = REFUSALS[error.errorType]
  return code === undefined
    ? new OAuthError('server_error', error.message, { cause: error })
    : new OAuthError(code, error.message, { cause: error })
}
