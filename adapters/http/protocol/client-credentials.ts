import { OAuthError } from '../../../domain/errors.js'
import type { ClientCredentials } from '../../../ports/for-authenticating.js'
import { decodeComponent } from './form.js'

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const unproved = (reason: string): OAuthError => new OAuthError('invalid_client', reason)

/** What a client presents, by exactly one method (RFC 6749 §2.3). Throws `invalid_request` for two at once, `invalid_client` for none. */
export function parseClientCredentials(authorization: string | undefined, parameters: ReadonlyMap<string, string>): ClientCredentials {
  const clientId = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  const hasAssertion = parameters.has('client_assertion') || parameters.has('client_assertion_type')
  const methods = [authorization !== undefined, secret !== undefined, hasAssertion]
  if (methods.filter(Boolean).length > 1) throw new OAuthError('invalid_request', 'two methods of client authentication at once')
  if (hasAssertion) throw unproved('client assertions are not supported')
  if (authorization !== undefined) return parseBasic(authorization, clientId)
  if (clientId === undefined) throw unproved('no client authentication')
  return secret === undefined ? { method: 'none', clientId } : { method: 'client_secret_post', clientId, secret }
}

/** RFC 7617 with the encoding of RFC 6749 §2.3.1: both halves are encoded as a form is, so the first colon parts them. */
function parseBasic(authorization: string, inBody: string | undefined): ClientCredentials {
  const pair = decodeBase64(BASIC.exec(authorization)?.[1])
  const colon = pair?.indexOf(':') ?? -1
  if (pair === undefined || colon === -1) throw unproved('malformed Authorization header')
  const clientId = decodeComponent(pair.slice(0, colon))
  const secret = decodeComponent(pair.slice(colon + 1))
  if (clientId === undefined || clientId === '' || secret === undefined) throw unproved('malformed Basic credentials')
  if (inBody !== undefined && inBody !== clientId) throw new OAuthError('invalid_request', 'two client identifiers')
  return { method: 'client_secret_basic', clientId, secret }
}

function decodeBase64(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
