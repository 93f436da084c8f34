import type { Context } from 'koa'

/** 303, so that a form is never posted on (RFC 9700 §4.12). Koa's own redirect would normalise the address. */
export function seeOther(ctx: Context, address: string): void {
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Location', address)
  ctx.status = 303
  ctx.type = 'text/plain; charset=utf-8'
  ctx.body = 'See other.'
}

export interface Answer {
  readonly redirectUri: string
  readonly state?: string
}

/** RFC 6749 §4.1.2 and §4.1.2.1, RFC 9207 §2. The bytes of the redirect URI stay as they are. */
export function answerClient(ctx: Context, issuer: string, to: Answer, outcome: { code: string } | { error: string }): void {
  const parameters = Object.entries({ ...outcome, ...(to.state !== undefined && { state: to.state }), iss: issuer })
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  seeOther(ctx, `${to.redirectUri}${joint(to.redirectUri)}${query}`)
  ctx.set('Pragma', 'no-cache')
  ctx.set('Referrer-Policy', 'no-referrer')
}

function joint(uri: string): string {
  if (!uri.includes('?')) return '?'
  return uri.endsWith('?') || uri.endsWith('&') ? '' : '&'
}
