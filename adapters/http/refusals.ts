import { Busy, isStoreUnavailable, OAuthError, PageError, TooManyAttempts, type OAuthErrorCode } from '../../domain/errors.js'

const STATUS: Record<OAuthErrorCode, number> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  access_denied: 403,
  server_error: 500,
  temporarily_unavailable: 503,
  request_not_supported: 400,
  request_uri_not_supported: 400,
}
const STORE_RETRY_AFTER_S = 2

/** A refusal whose HTTP status its code alone does not tell. */
export class RequestRefused extends OAuthError {
  readonly status: number

  constructor(status: number, code: OAuthErrorCode, reason: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(code, reason, options)
    this.name = 'RequestRefused'
    this.status = status
  }
}

/** The client went away before it had sent its request: nobody is there to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** Anything that was thrown, as a refusal. What is unexpected is a bare `server_error`; its reason is for the log. */
export function asRefusal(error: unknown): RequestRefused {
  if (error instanceof RequestRefused) return error
  if (error instanceof OAuthError) {
    const { code, reason, retryAfter, cause } = error
    const after = retryAfter ?? (code === 'temporarily_unavailable' ? STORE_RETRY_AFTER_S : undefined)
    return new RequestRefused(STATUS[code], code, reason, { cause, ...(after !== undefined && { retryAfter: after }) })
  }
  if (isStoreUnavailable(error)) return unavailable(error, STORE_RETRY_AFTER_S)
  if (error instanceof Busy) return unavailable(error, error.retryAfter)
  if (error instanceof TooManyAttempts)
    return new RequestRefused(429, 'temporarily_unavailable', error.message, { retryAfter: error.retryAfter, cause: error })
  if (error instanceof PageError) return new RequestRefused(400, 'invalid_request', error.kind, { cause: error })
  const status = clientErrorStatus(error)
  if (status !== undefined) return new RequestRefused(status, 'invalid_request', String(error), { cause: error })
  return new RequestRefused(500, 'server_error', error instanceof Error ? (error.stack ?? error.message) : String(error), { cause: error })
}

const unavailable = (error: Error, retryAfter: number): RequestRefused =>
  new RequestRefused(503, 'temporarily_unavailable', `${error.name}: ${error.message}`, { retryAfter, cause: error })

/** What Koa and its middleware throw at a request that is wrong carries a 4xx status. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined
  return error.status >= 400 && error.status < 500 ? error.status : undefined
}
