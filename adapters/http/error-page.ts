import type { Context } from 'koa'
import { PageError } from '../../domain/errors.js'
import { pageHeaders } from './page-headers.js'
import { basePath } from './paths.js'
import type { HttpSettings } from './ports.js'
import type { RequestRefused } from './refusals.js'
import { render } from './render.js'
import { requestIdOf } from './request-state.js'

interface Words {
  readonly heading: string
  readonly message: string
}

const KINDS: Record<PageError['kind'], Words> = {
  'unknown-client': {
    heading: 'This application is not known here',
    message: 'The link names an application that is not registered or has been switched off. Nothing was sent to it.',
  },
  'bad-redirect-uri': {
    heading: 'This link cannot be trusted',
    message: 'It would lead to an address that the application has not registered. Nothing was sent there.',
  },
  'flow-over': {
    heading: 'This sign-in is over',
    message: 'It has expired, was already used or began in another browser. Nothing was lost: start again from the application.',
  },
  malformed: {
    heading: 'This link is incomplete',
    message: 'It does not say which application asks. Nothing was sent: start again from the application.',
  },
}

const STATUSES: Readonly<Record<number, Words>> = {
  403: { heading: 'This form is no longer valid', message: 'Nothing was changed. Go back, reload the page and try again.' },
  404: { heading: 'There is no such page', message: 'Check the address, or start again from the application.' },
  405: { heading: 'This page cannot be used that way', message: 'Nothing was changed. Start again from the application.' },
  429: { heading: 'Too many attempts', message: 'Nothing was lost. Wait a little, then try again.' },
  500: { heading: 'Something went wrong', message: 'It is our mistake. Nothing was lost: try again, or tell us the reference below.' },
  503: { heading: 'We will be back in a moment', message: 'The service is busy. Nothing was lost: try again in a few seconds.' },
}
const MALFORMED: Words = { heading: 'This request is not valid', message: 'Nothing was changed. Go back and try again.' }

/** Answers a refusal with a page that says what happened and how to go on. */
export function errorPage(settings: HttpSettings): (ctx: Context, refusal: RequestRefused) => Promise<void> {
  const secure = pageHeaders(true)
  return async (ctx, refusal) => {
    const { status, cause } = refusal
    const words = cause instanceof PageError ? KINDS[cause.kind] : (STATUSES[status] ?? MALFORMED)
    const wayOut = exitFrom(ctx, refusal, settings)
    await secure(ctx, async () => {
      render(ctx, settings, 'error', { ...words, status, requestId: requestIdOf(ctx), ...(wayOut && { wayOut }) }, status)
    })
  }
}

function exitFrom(ctx: Context, { status, cause }: RequestRefused, settings: HttpSettings): { href: string; label: string } | undefined {
  const home = cause instanceof PageError ? cause.clientHome : undefined
  if (home !== undefined && /^https?:/i.test(home)) return { href: home, label: 'Back to the application' }
  const isSafe = ctx.method === 'GET' || ctx.method === 'HEAD'
  if (isSafe && (status === 503 || status === 500 || status === 429)) return { href: ctx.path + ctx.search, label: 'Try again' }
  return status === 404 || status === 403 || cause instanceof PageError
    ? { href: `${basePath(settings)}/account`, label: 'Your account' }
    : undefined
}
