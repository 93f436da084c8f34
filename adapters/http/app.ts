import Router from '@koa/router'
import Koa from 'koa'
import { assetRoutes } from './assets.js'
import { errorBoundary } from './boundary.js'
import { answerMissing } from './existence.js'
import { identify } from './identify.js'
import { pageHeaders } from './page-headers.js'
import { pageRoutes } from './pages/routes.js'
import { basePath, escapeRoute } from './paths.js'
import type { HttpPorts, HttpSettings, Log } from './ports.js'
import { crossOrigin } from './protocol/cors.js'
import { protocolRoutes } from './protocol/routes.js'
import { readTarget } from './request-target.js'
import { asMiddleware } from './routing.js'
import { cookiesFollowIssuer, secureTransport } from './transport.js'

/** The public side of the server: back channels first, then assets and pages. */
export function createApp(ports: HttpPorts, settings: HttpSettings): Koa {
  const app = new Koa()
  app.use(identify(ports, settings))
  app.use(errorBoundary(ports, settings))
  app.use(readTarget)
  app.use(crossOrigin(settings))
  app.use(secureTransport(settings))
  app.use(answerMissing(settings))
  app.use(protocolRoutes(ports, settings))
  app.use(assetRoutes(settings))
  app.use(home(settings))
  app.use(cookiesFollowIssuer(settings))
  app.use(pageRoutes(ports, settings))
  app.on('error', (error: unknown) => reportUnsent(ports.log, error))
  return app
}

/** Who opens the issuer itself is led to the one page that is for people. */
function home(settings: HttpSettings): Koa.Middleware {
  const base = basePath(settings)
  const router = new Router({ strict: true, sensitive: true })
  for (const path of new Set([base || '/', `${base}/`])) {
    router.get(escapeRoute(path), pageHeaders(true), (ctx) => ctx.redirect(`${base}/account`))
  }
  return asMiddleware(router)
}

/** What fails once the answer is under way: as a rule somebody closed a tab. */
function reportUnsent(log: Log, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const reason = error instanceof Error ? error.message : String(error)
  if (typeof code === 'string' && /^(ECONN|EPIPE|HPE_|ERR_STREAM_)/.test(code)) log.info({ reason }, 'the client went away')
  else log.error({ reason: error instanceof Error ? (error.stack ?? reason) : reason }, 'an answer could not be sent')
}
