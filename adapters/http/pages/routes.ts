import { Router, type RouterContext } from '@koa/router'
import type Koa from 'koa'
import { checkOrigin, requireBrowserForm, requireSessionForm } from '../csrf.js'
import { refuseHead } from '../existence.js'
import { answerInTime } from '../in-time.js'
import { pageHeaders } from '../page-headers.js'
import { routePrefix } from '../paths.js'
import type { HttpPorts, HttpSettings } from '../ports.js'
import { sessions } from '../session.js'
import { accountRoutes } from './account-routes.js'
import { dispatch, repeatByGet } from './authorize.js'
import { demoRoutes } from './demo.js'
import { readForm } from './form.js'
import { login } from './login.js'
import { logout } from './logout.js'
import type { Pages } from './parts.js'
import { scopes } from './scopes.js'
import { secondFactor } from './second-factor.js'

/** All pages of the server, below the path of the issuer. */
export const pageRoutes = (ports: HttpPorts, settings: HttpSettings): Koa.Middleware => mounted(settings, pagesOf(ports, settings))

export function pagesOf(ports: HttpPorts, settings: HttpSettings): Pages {
  const parts = { ports, settings }
  const session = sessions(ports, settings)
  // Once the form is there: how fast it comes is the browser's affair.
  const [inTime, form] = [answerInTime(), [checkOrigin(settings), readForm, answerInTime()]]
  const [ofBrowser, ofSession] = [requireBrowserForm(ports, settings), requireSessionForm(ports, settings)]
  const [signing, proving, asking, leaving] = [login(parts), secondFactor(parts), scopes(parts), logout(parts)]
  // What leads to the client's own redirect cannot have form-action.
  const [leadsOn, stays] = [pageHeaders(false), pageHeaders(true)]
  return {
    '/authorize': { get: [stays, refuseHead, inTime, session, dispatch(parts)], post: [stays, readForm, inTime, repeatByGet(parts)] },
    '/login': { get: [leadsOn, inTime, session, signing.show], post: [leadsOn, ...form, session, ofBrowser, signing.signIn] },
    '/login/otp': { get: [leadsOn, inTime, session, proving.ask], post: [leadsOn, ...form, session, ofBrowser, proving.prove] },
    '/scopes': { get: [leadsOn, inTime, session, asking.ask], post: [leadsOn, ...form, session, asking.decide] },
    '/logout': {
      get: [stays, inTime, session, leaving.ask],
      post: [stays, ...form, session, leaving.skipWhenNobody, ofSession, leaving.signOut],
    },
    ...accountRoutes(parts, { get: [inTime, session], post: [...form, session, ofSession] }),
    ...(settings.demo && demoRoutes(parts, settings.demo, { page: [stays], form: [stays, ...form, ofBrowser] })),
  }
}

function mounted(settings: HttpSettings, pages: Pages): Koa.Middleware {
  const router = new Router({ prefix: routePrefix(settings), sensitive: true, strict: true })
  for (const [path, { get, post }] of Object.entries(pages)) {
    if (get) router.get(path, ...get)
    if (post) router.post(path, ...post)
  }
  const routes = router.routes()
  return async (ctx, next) => {
    await routes(ctx as RouterContext, next)
  }
}
