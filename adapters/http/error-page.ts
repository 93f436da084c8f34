import type { Context } from 'koa'
import { PageError } from '../../domain/errors.js'
import { textsOf } from './language.js'
import { pageHeaders } from './page-headers.js'
import { basePath } from './paths.js'
import type { HttpSettings } from './ports.js'
import type { RequestRefused } from './refusals.js'
import { render } from './render.js'
import { requestIdOf } from './request-state.js'

/** Answers a refusal with a page that says what happened and how to go on. */
export function errorPage(settings: HttpSettings): (ctx: Context, refusal: RequestRefused) => Promise<void> {
  const secure = pageHeaders(true)
  return async (ctx, refusal) => {
    const { status, cause } = refusal
    const { errors } = textsOf(ctx)
    const statuses: Readonly<Record<number, (typeof errors)['other']>> = errors.statuses
    const words = cause instanceof PageError ? errors.kinds[cause.kind] : (statuses[status] ?? errors.other)
    const wayOut = exitFrom(ctx, refusal, settings)
    await secure(ctx, async () => {
      render(ctx, settings, 'error', { ...words, status, requestId: requestIdOf(ctx), ...(wayOut && { wayOut }) }, status)
    })
  }
}

function exitFrom(ctx: Context, { status, cause }: RequestRefused, settings: HttpSettings): { href: string; label: string } | undefined {
  const { errors } = textsOf(ctx)
  const home = cause instanceof PageError ? cause.clientHome : undefined
  if (home !== undefined && /^https?:/i.test(home)) return { href: home, label: errors.backToApplication }
  const isSafe = ctx.method === 'GET' || ctx.method === 'HEAD'
  if (isSafe && (status === 503 || status === 500 || status === 429)) return { href: ctx.path + ctx.search, label: errors.tryAgain }
  return status === 404 || status === 403 || cause instanceof PageError
    ? { href: `${basePath(settings)}/account`, label: errors.yourAccount }
    : undefined
}
