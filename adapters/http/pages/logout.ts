import type { Context, Middleware } from 'koa'
import { csrfToken, sessionBinding } from '../csrf.js'
import { basePath } from '../paths.js'
import { render } from '../render.js'
import { endSession, halfSignedIn, signedIn } from '../session.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

export function logout({ ports: { secrets }, settings }: PageParts): { ask: Middleware; skipWhenNobody: Middleware; signOut: Middleware } {
  const page = `${basePath(settings)}/logout`
  return {
    ask(ctx) {
      if (isNobody(ctx)) {
        render(ctx, settings, 'signed-out', {})
        return
      }
      const csrf = csrfToken(secrets, sessionBinding(ctx, settings))
      render(ctx, settings, 'logout', { csrf, action: page, person: signedIn(ctx)?.user })
    },

    /** Whoever is signed out already has what they asked for. */
    skipWhenNobody(ctx, next) {
      if (!isNobody(ctx)) return next()
      seeOther(ctx, page)
      return undefined
    },

    signOut(ctx) {
      endSession(ctx)
      seeOther(ctx, page)
    },
  }
}

const isNobody = (ctx: Context): boolean => (signedIn(ctx) ?? halfSignedIn(ctx)) === undefined
