import type { Context } from 'koa'
import type { Secrets } from '../../ports/secrets.js'
import type { HttpSettings } from './ports.js'

const DAY_MS = 24 * 60 * 60 * 1000
/** 32 random bytes: what every cookie value of ours looks like. */
const VALUE = /^[A-Za-z0-9_-]{43}$/

const isHttps = ({ issuer }: HttpSettings): boolean => issuer.startsWith('https:')

/** RFC 6265bis §4.1.3: over https the prefix keeps other hosts of the domain from setting it. */
export const cookieName = (settings: HttpSettings, name: string): string => (isHttps(settings) ? `__Host-${name}` : name)

export const cookieFlags = (settings: HttpSettings) =>
  ({ httpOnly: true, sameSite: 'lax', path: '/', secure: isHttps(settings), signed: false, overwrite: true }) as const

/** A cookie whose value has our form; anything else is as good as none. */
export function readCookie(ctx: Context, settings: HttpSettings, name: string): string | undefined {
  const value = ctx.cookies.get(cookieName(settings, name), { signed: false })
  return value !== undefined && VALUE.test(value) ? value : undefined
}

/** What flows and sign-in forms are bound to; a sign-in does not change it. */
export const browserOf = (ctx: Context, settings: HttpSettings): string | undefined => readCookie(ctx, settings, 'portcullis-browser')

/** The browser's value; one is given to a browser that has none. It lives for a day from the last page that was asked for, so that its form is good. */
export function ensureBrowser(ctx: Context, settings: HttpSettings, secrets: Secrets): string {
  const known = browserOf(ctx, settings)
  if (known !== undefined && ctx.method === 'POST') return known
  const value = known ?? secrets.random(32)
  ctx.cookies.set(cookieName(settings, 'portcullis-browser'), value, { ...cookieFlags(settings), maxAge: DAY_MS })
  return value
}
