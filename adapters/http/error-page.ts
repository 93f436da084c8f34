import type { Context } from 'koa'
import { PageError } from '../../domain/errors.js'
import { browserOf } from './browser-cookie.js'
import { textsOf } from './language.js'
import { pageHeaders } from './page-headers.js'
import { basePath } from './paths.js'
import { pathTo } from './pages/flow.js'
import type { HttpSettings } from './ports.js'
import type { RequestRefused } from './refusals.js'
import { render } from './render.js'
import { requestIdOf } from './request-state.js'
import { sessionTokenOf } from './session.js'

/** Answers a refusal with a page that says what happened and how to go on. */
export function errorPage(settings: HttpSettings): (ctx: Context, refusal: RequestRefused) => Promise<void> {
  const secure = pageHeaders(true)
  return async (ctx, refusal) => {
    const { status, cause } = refusal
    const { errors } = textsOf(ctx)
    const statuses: Readonly<Record<number, (typeof errors)['other']>> = errors.statuses
    const ofForm: Readonly<Record<string, (typeof errors)['other']>> = errors.forms
    const kind = cause instanceof PageError ? cause.kind : undefined
    const words = (isForm(ctx) ? ofForm[kind ?? status] : undefined) ?? (kind ? errors.kinds[kind] : (statuses[status] ?? errors.other))
    const needsCookie = kind === 'flow-over' || (status === 403 && isForm(ctx))
    const hasCookie = (browserOf(ctx, settings) ?? sessionTokenOf(ctx, settings)) !== undefined
    const without = needsCookie && !hasCookie ? { message: errors.withoutCookie } : {}
    const wayOut = exitFrom(ctx, refusal, settings)
    await secure(ctx, async () => {
      render(ctx, settings, 'error', { ...words, ...without, status, requestId: requestIdOf(ctx), ...(wayOut && { wayOut }) }, status)
    })
  }
}

function exitFrom(ctx: Context, { status, cause }: RequestRefused, settings: HttpSettings): { href: string; label: string } | undefined {
  const { errors } = textsOf(ctx)
  const home = cause instanceof PageError ? cause.clientHome : undefined
  if (home !== undefined && /^https?:/i.test(home)) return { href: home, label: errors.backToApplication }
  if (isSafe(ctx)) {
    if (status === 503 || status === 500 || status === 429) return { href: ctx.path + ctx.search, label: errors.tryAgain }
  } else {
    const flow = flowIn(ctx)
    if (flow !== undefined && !(cause instanceof PageError && cause.kind === 'flow-over'))
      return { href: pathTo(settings, '/authorize', flow), label: errors.goOn }
  }
  const leadsHome = status === 404 || status === 405 || status === 403 || cause instanceof PageError || !isSafe(ctx)
  return leadsHome ? { href: `${basePath(settings)}/account`, label: errors.yourAccount } : undefined
}

/** What a client posts to /authorize is none that a person filled in. */
const isForm = (ctx: Context): boolean => !isSafe(ctx) && !ctx.path.endsWith('/authorize')

const isSafe = (ctx: Context): boolean => ctx.method === 'GET' || ctx.method === 'HEAD'

/** The flow of the form, of which nothing else is known. */
const flowIn = (ctx: Context): string | undefined => /^\?flow=([A-Za-z0-9_-]{43})(?:&switch=1)?$/.exec(ctx.search)?.[1]
