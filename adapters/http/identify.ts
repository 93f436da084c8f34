import { isIP, type Socket } from 'node:net'
import type { Context, Middleware } from 'koa'
import type { HttpPorts, HttpSettings } from './ports.js'
import type { RequestState } from './request-state.js'

/** Gives every request its id and says where it came from. An id that a request brings is not believed. */
export function identify({ secrets }: Pick<HttpPorts, 'secrets'>, settings: HttpSettings): Middleware {
  return (ctx, next) => {
    const requestId = secrets.random(16)
    const state = ctx.state as RequestState
    state.source = { requestId, address: clientAddress(ctx, settings.trustProxy) }
    ctx.set({ 'x-request-id': requestId, 'X-Content-Type-Options': 'nosniff' })
    return next()
  }
}

function clientAddress(ctx: Context, trusted: number): string {
  const forwarded = forwardedByProxy(ctx.get('X-Forwarded-For'), trusted)
  return forwarded !== undefined && isIP(forwarded) !== 0 ? unmapped(forwarded) : addressOf(ctx.req.socket)
}

/** Where the connection comes from. */
export const addressOf = ({ remoteAddress = '' }: Pick<Socket, 'remoteAddress'>): string => unmapped(remoteAddress)

const unmapped = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, '')

/** What the outermost believed proxy wrote: each appends to the right, and left of that anybody may have written anything. */
export function forwardedByProxy(header: string, trusted: number): string | undefined {
  if (trusted === 0 || header === '') return undefined
  const values = header.split(',')
  return values[Math.max(0, values.length - trusted)]?.trim()
}
