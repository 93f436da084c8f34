import type { AuthorizationRequest, RefusedRequest } from '../ports/for-authorizing.js'
import type { Catalogue } from './catalogue.js'
import { mayUse, registersRedirectUri, type Client } from './client.js'
import { OAuthError, PageError, type OAuthErrorCode } from './errors.js'
import type { AuthorizationParameters } from './flow.js'
import type { ClientId } from './ids.js'

/** As it travels: a longer one would make a Location that proxies refuse. */
const MAX_STATE = 4096
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

/** With whose request it was. */
interface ProvedRefusal extends RefusedRequest {
  readonly clientId: ClientId
}

/** RFC 6749 §4.1.1 with RFC 7636, RFC 8707 and RFC 9700. Throws PageError until client and redirect_uri are proved. */
export async function validateAuthorization(
  parameters: AuthorizationParameters,
  catalogue: Catalogue,
): Promise<AuthorizationRequest | ProvedRefusal> {
  const client = await proveClient(parameters, catalogue)
  const redirectUri = proveRedirectUri(parameters, client)
  const state = single(parameters, 'state')
  const proved = { redirectUri, ...(state !== undefined && { state }) }
  const error = problem(parameters, client)
  if (error !== undefined) return { ...proved, clientId: client.id, error }
  try {
    const resources = await catalogue.admitResources(client, all(parameters, 'resource'))
    const scopes = await catalogue.admitScopes(client, single(parameters, 'scope'), resources)
    const permissions = await catalogue.permissionsFor(scopes, resources)
    return { ...proved, client, scopes, resources, permissions, challenge: single(parameters, 'code_challenge') ?? '' }
  } catch (refusal) {
    if (refusal instanceof OAuthError) return { ...proved, clientId: client.id, error: refusal.code }
    throw refusal
  }
}

async function proveClient(parameters: AuthorizationParameters, catalogue: Catalogue): Promise<Client> {
  const id = single(parameters, 'client_id')
  if (id === undefined || encodeURIComponent(single(parameters, 'state') ?? '').length > MAX_STATE) throw new PageError('malformed')
  const client = await catalogue.client(id)
  if (client === undefined || client.disabledAt !== undefined) throw new PageError('unknown-client')
  return client
}

/** May be left out only when exactly one is registered (RFC 6749 §3.1.2.3). */
function proveRedirectUri(parameters: AuthorizationParameters, client: Client): string {
  const [only, ...others] = client.redirectUris
  const asked = parameters['redirect_uri'] ?? (others.length === 0 ? only : undefined)
  if (typeof asked !== 'string' || !registersRedirectUri(client, asked)) throw new PageError('bad-redirect-uri')
  return asked
}

function problem(parameters: AuthorizationParameters, client: Client): OAuthErrorCode | undefined {
  const repeated = Object.keys(parameters).some((name) => name !== 'resource' && typeof parameters[name] !== 'string')
  if (repeated) return 'invalid_request'
  if (has(parameters, 'request')) return 'request_not_supported'
  if (has(parameters, 'request_uri')) return 'request_uri_not_supported'
  const responseType = single(parameters, 'response_type')
  if (responseType === undefined) return 'invalid_request'
  if (responseType !== 'code') return 'unsupported_response_type'
  if ((single(parameters, 'response_mode') ?? 'query') !== 'query') return 'invalid_request'
  if (!mayUse(client, 'authorization_code')) return 'unauthorized_client'
  const isS256 = single(parameters, 'code_challenge_method') === 'S256'
  return isS256 && CHALLENGE.test(single(parameters, 'code_challenge') ?? '') ? undefined : 'invalid_request'
}

const has = (parameters: AuthorizationParameters, name: string): boolean => Object.hasOwn(parameters, name)

const single = (parameters: AuthorizationParameters, name: string): string | undefined => {
  const value = has(parameters, name) ? parameters[name] : undefined
  return typeof value === 'string' ? value : undefined
}

const all = (parameters: AuthorizationParameters, name: string): readonly string[] =>
  has(parameters, name) ? [parameters[name] ?? []].flat() : []
