import Router from '@koa/router'
import type { Middleware } from 'koa'
import { answerInTime } from '../in-time.js'
import { escapeRoute, metadataPath, routePrefix } from '../paths.js'
import type { HttpPorts, HttpSettings } from '../ports.js'
import { asMiddleware } from '../routing.js'
import { introspect } from './introspection.js'
import { jwks } from './jwks.js'
import { metadata } from './metadata.js'
import { revoke } from './revocation.js'
import { allowParameters, authenticateClient, exchange, formOnly, knowGrantType, noStore, readForm, type TokenState } from './token.js'

/** What programs ask: forms in, JSON out, no cookie. */
export function protocolRoutes(ports: HttpPorts, settings: HttpSettings): Middleware {
  const { authenticating, engine, secrets, revoking, inspecting } = ports
  const prefix = routePrefix(settings)
  const prove = authenticateClient(authenticating)
  const inTime = answerInTime()
  const router = new Router<TokenState>({ strict: true, sensitive: true })
  router.post(`${prefix}/token`, noStore, formOnly, readForm, inTime, knowGrantType, prove, allowParameters, exchange(engine, secrets))
  const asked = [noStore, formOnly, readForm, inTime, prove] as const
  router.post(`${prefix}/token/revoke`, ...asked, revoke(revoking))
  router.post(`${prefix}/token/introspect`, ...asked, introspect(inspecting))
  router.get(`${prefix}/.well-known/jwks.json`, inTime, jwks(ports))
  router.get(escapeRoute(metadataPath(settings)), metadata(ports, settings))
  return asMiddleware(router)
}
