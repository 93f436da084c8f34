import type { Context, Middleware } from 'koa'
import { Busy, OAuthError, StoreUnavailable, type OAuthErrorCode } from '../../../domain/errors.js'
import { requestIdOf } from '../request-state.js'
import type { Log } from '../ports.js'

/** A code without a status does not compile. */
const STATUS: Record<OAuthErrorCode, number> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  access_denied: 400,
  server_error: 500,
  temporarily_unavailable: 503,
  request_not_supported: 400,
  request_uri_not_supported: 400,
}
const RETRY_AFTER_SECONDS = 2

/** RFC 6749 §5.1: nothing from a back-channel endpoint is kept. */
export const noStore: Middleware = async (ctx, next) => {
  ctx.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache', 'X-Content-Type-Options': 'nosniff' })
  await next()
}

/** RFC 6749 §5.2. */
export const jsonErrors =
  (log: Log): Middleware =>
  async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      answer(ctx, asOAuthError(error), log)
    }
  }

export function asOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  const retryAfter = error instanceof Busy ? error.retryAfter : RETRY_AFTER_SECONDS
  if (error instanceof StoreUnavailable || error instanceof Busy) {
    return new OAuthError('temporarily_unavailable', error.message, { retryAfter, cause: error })
  }
  return new OAuthError('server_error', error instanceof Error ? (error.stack ?? error.message) : String(error), { cause: error })
}

function answer(ctx: Context, error: OAuthError, log: Log): void {
  const isThrottle = error.code === 'temporarily_unavailable' && error.cause === undefined && error.retryAfter !== undefined
  ctx.status = isThrottle ? 429 : STATUS[error.code]
  if (error.retryAfter !== undefined) ctx.set('Retry-After', error.retryAfter.toString())
  if (ctx.status === 401) ctx.set('WWW-Authenticate', 'Basic realm="portcullis"')
  ctx.body = { error: error.code, error_description: error.message }
  const line = { request_id: requestIdOf(ctx), error: error.code, reason: error.reason }
  if (ctx.status >= 500) log.error(line, 'request failed')
  else log.info(line, 'request refused')
}
