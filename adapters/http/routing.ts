import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import type { Middleware } from 'koa'

/** A router's routes among an application's middleware; the router brings its part of the context along itself. */
export function asMiddleware<State>(router: Router<State>): Middleware {
  const routes = router.routes()
  return async (ctx, next) => {
    await routes(ctx as RouterContext<State>, next)
  }
}
