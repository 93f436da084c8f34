import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { Middleware } from 'koa'
import type { Clock } from '../../../ports/clock.js'
import type { HttpSettings } from '../ports.js'

const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i

/** A sample protected resource: accepts an access token as RFC 6750 §2.1 and RFC 9068 §4 ask, knowing the server by its issuer alone. */
export function answerBearer({ issuer, defaultResource }: Pick<HttpSettings, 'issuer' | 'defaultResource'>, clock: Clock): Middleware {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  return async function answerBearerOfToken(ctx) {
    ctx.set('Cache-Control', 'no-store')
    const token = BEARER.exec(ctx.get('Authorization'))?.[1]
    const options = {
      issuer,
      audience: defaultResource,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['exp'],
      currentDate: clock.now(),
    }
    try {
      if (token === undefined) throw new errors.JWTInvalid('there is no token')
      const { sub, scope } = (await jwtVerify(token, keys, options)).payload
      ctx.body = { message: 'The sample API accepts the token.', sub, scope }
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      ctx.status = 401
      ctx.set('WWW-Authenticate', token === undefined ? 'Bearer' : 'Bearer error="invalid_token"')
      ctx.body = { message: 'The sample API does not accept the token.' }
    }
  }
}
