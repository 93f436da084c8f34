import type { Context, Middleware } from 'koa'
import type { Secrets } from '../../ports/secrets.js'
import { browserOf } from './browser-cookie.js'
import { formOf } from './pages/form.js'
import type { HttpPorts, HttpSettings } from './ports.js'
import { RequestRefused } from './refusals.js'
import { halfSignedIn, sessionTokenOf, signedIn } from './session.js'

const TOKEN = /^[A-Za-z0-9_-]{43}$/

const refused = (reason: string): RequestRefused => new RequestRefused(403, 'access_denied', reason)

/** What a form belongs to; undefined when there is nothing to bind it to, and then no token is right. */
export type Binding = string | undefined

/** Of forms that need no session. */
export const browserBinding = (browser: string): Binding => `browser ${browser}`

/** Of all other forms. `shown` narrows it to what the page said. */
export function sessionBinding(ctx: Context, settings: HttpSettings, shown: readonly string[] = []): Binding {
  const token = sessionTokenOf(ctx, settings)
  if (token === undefined || (signedIn(ctx) ?? halfSignedIn(ctx)) === undefined) return undefined
  return ['session', token, ...(shown.length > 0 ? [JSON.stringify(shown)] : [])].join(' ')
}

export const csrfToken = (secrets: Secrets, binding: Binding): string =>
  binding === undefined ? '' : Buffer.from(secrets.mac('csrf', Buffer.from(binding))).toString('base64url')

/** Throws RequestRefused (403) unless the form was shown to whoever sends it. */
export function mustBeOurForm(ctx: Context, secrets: Secrets, binding: Binding): void {
  const token = formOf(ctx).get('_csrf') ?? ''
  const right = binding !== undefined && TOKEN.test(token) && secrets.verify('csrf', Buffer.from(binding), Buffer.from(token, 'base64url'))
  if (!right) throw refused('missing or wrong form token')
}

export const requireSessionForm = ({ secrets }: HttpPorts, settings: HttpSettings): Middleware =>
  function requireFormOfSession(ctx, next) {
    mustBeOurForm(ctx, secrets, sessionBinding(ctx, settings))
    return next()
  }

export const requireBrowserForm = ({ secrets }: HttpPorts, settings: HttpSettings): Middleware =>
  function requireFormOfBrowser(ctx, next) {
    const browser = browserOf(ctx, settings)
    mustBeOurForm(ctx, secrets, browser === undefined ? undefined : browserBinding(browser))
    return next()
  }

/** `Origin: null` passes: a Referrer-Policy of no-referrer makes browsers send it with honest forms, and the token still decides. */
export function checkOrigin({ issuer }: HttpSettings): Middleware {
  const { origin: own } = new URL(issuer)
  return function checkOriginOfForm(ctx, next) {
    const origin = ctx.get('Origin')
    const isForeign = (origin !== '' && origin !== 'null' && origin !== own) || ctx.get('Sec-Fetch-Site') === 'cross-site'
    if (isForeign) throw refused('form from another site')
    return next()
  }
}
