import type { Context, Middleware } from 'koa'
import { errorPage } from './error-page.js'
import { isBackChannel } from './paths.js'
import type { HttpPorts, HttpSettings, Log } from './ports.js'
import { asRefusal, ClientGone, type RequestRefused } from './refusals.js'
import { sourceOf, type RequestState } from './request-state.js'

/** Turns whatever was thrown into an answer: one generic description to the outside, the reason in the log under the request id. */
export function errorBoundary({ log }: Pick<HttpPorts, 'log'>, settings: HttpSettings): Middleware {
  const page = errorPage(settings)
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (error instanceof ClientGone) {
        log.info({ request_id: sourceOf(ctx).requestId }, 'the client went away')
        return
      }
      const refusal = asRefusal(error)
      report(log, ctx, refusal)
      if (refusal.retryAfter !== undefined) ctx.set('Retry-After', Math.max(1, Math.ceil(refusal.retryAfter)).toString())
      // What is still to come of the request is not waited for.
      if (refusal.status === 408) ctx.set('Connection', 'close')
      if (isBackChannel(ctx.path, settings)) answerJson(ctx, refusal)
      else await page(ctx, refusal)
    }
  }
}

/** RFC 6749 §5.2. */
function answerJson(ctx: Context, refusal: RequestRefused): void {
  forbidCaching(ctx)
  if (refusal.status === 401) ctx.set('WWW-Authenticate', 'Basic realm="portcullis"')
  ctx.status = refusal.status
  ctx.set('Content-Type', 'application/json')
  ctx.body = bodyOf(refusal)
}

/** What a program is told. */
export const bodyOf = ({ code, message }: RequestRefused) => ({ error: code, error_description: message })

/** RFC 6749 §5.1 asks for both. */
export function forbidCaching(ctx: Context): void {
  ctx.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
}

function report(log: Log, ctx: Context, { status, code, reason, cause }: RequestRefused): void {
  const { requestId, address } = sourceOf(ctx)
  const client = (ctx.state as RequestState).client?.id
  const fields = { request_id: requestId, address, outcome: 'refused', status, error: code, reason, ...(client && { client_id: client }) }
  if (code === 'server_error') log.error({ ...fields, ...(cause instanceof Error && { cause: cause.stack }) }, 'unexpected')
  else if (status === 503) log.warn(fields, 'unavailable')
  else log.info(fields, 'refused')
}
