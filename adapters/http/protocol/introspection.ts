import type { Middleware } from 'koa'
import type { ForInspectingTokens } from '../../../ports/for-inspecting-tokens.js'
import { tokenOf } from './revocation.js'
import type { TokenState } from './token.js'

/** RFC 7662 §2.1. */
export function introspect(inspecting: ForInspectingTokens): Middleware<TokenState> {
  return async (ctx) => {
    const { client: caller, source } = ctx.state
    const inspection = await inspecting.inspect({ caller, token: tokenOf(ctx.state), source })
    ctx.set('Content-Type', 'application/json')
    ctx.body = inspection
  }
}
