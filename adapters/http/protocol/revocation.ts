import type { Middleware } from 'koa'
import { OAuthError } from '../../../domain/errors.js'
import type { ForRevokingTokens } from '../../../ports/for-revoking-tokens.js'
import type { TokenState } from './token.js'

/** RFC 7009 §2.1: the token is asked for once the client is proved. Its hint is not needed to find it, so a wrong one does no harm. */
export function tokenOf({ form }: Pick<TokenState, 'form'>): string {
  const token = form.parameters.get('token')
  if (token === undefined) throw new OAuthError('invalid_request', 'no token')
  return token
}

/** RFC 7009 §2.2: the same answer whether there was anything to revoke or not. */
export function revoke(revoking: ForRevokingTokens): Middleware<TokenState> {
  return async (ctx) => {
    const { client, source } = ctx.state
    await revoking.revoke({ client, token: tokenOf(ctx.state), source, isOver: () => ctx.state.isOver === true })
    ctx.set('Content-Type', 'application/json')
    ctx.body = {}
  }
}
