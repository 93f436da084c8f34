/** RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2, RFC 9101 §7. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'access_denied'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'request_not_supported'
  | 'request_uri_not_supported'

/** A refusal with a public half (code, text) and a private one (`reason`, for the log alone). */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly reason: string
  /** Seconds after which to try again. */
  readonly retryAfter: number | undefined

  constructor(code: OAuthErrorCode, reason: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(PUBLIC_TEXT[code], { cause: options.cause })
    this.name = 'OAuthError'
    this.code = code
    this.reason = reason
    this.retryAfter = options.retryAfter
  }
}

/** The one generic description for each code. */
const PUBLIC_TEXT: Record<OAuthErrorCode, string> = {
  invalid_request: 'The request is malformed or lacks a parameter.',
  invalid_client: 'Client authentication failed.',
  invalid_grant: 'The code or refresh token is not valid.',
  unauthorized_client: 'The client may not use this grant.',
  unsupported_grant_type: 'This grant type is not supported.',
  unsupported_response_type: 'This response type is not supported.',
  invalid_scope: 'The scope is unknown, malformed or more than allowed.',
  invalid_target: 'The resource is unknown or more than allowed.',
  access_denied: 'The request was denied.',
  server_error: 'Something unexpected happened.',
  temporarily_unavailable: 'The service is busy or its store cannot be reached; try again.',
  request_not_supported: 'Request objects are not supported.',
  request_uri_not_supported: 'Request objects by reference are not supported.',
}

/** SECRETS are not those that the keys in the store were sealed under: the operator's mistake, in one sentence that names the setting. */
export class ForeignSecrets extends Error {
  override readonly name = 'ForeignSecrets'
}

/** A page says it, nothing is redirected: client or redirect_uri is not proved, or a flow cannot go on. */
export class PageError extends Error {
  readonly kind: 'unknown-client' | 'bad-redirect-uri' | 'flow-over' | 'malformed'
  /** A place that is known to belong to the client. */
  readonly clientHome: string | undefined

  constructor(kind: PageError['kind'], clientHome?: string) {
    super(kind)
    this.name = 'PageError'
    this.kind = kind
    this.clientHome = clientHome
  }
}

/** The store did not answer, or the outcome of a write cannot be told. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** By its name: a store may have been loaded with a copy of this module of its own. */
export const isStoreUnavailable = (error: unknown): error is StoreUnavailable => error instanceof Error && error.name === 'StoreUnavailable'

/** Too much is waiting (password hashing); try again in `retryAfter` seconds. */
export class Busy extends Error {
  override readonly name = 'Busy'
  readonly retryAfter = 5
}

/** So many passwords or one-time codes were tried that no other is evaluated for `retryAfter` seconds. */
export class TooManyAttempts extends Error {
  override readonly name = 'TooManyAttempts'
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super('too many attempts')
    this.retryAfter = retryAfter
  }
}

/** An operator's mistake, in one sentence that names the field. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
}
