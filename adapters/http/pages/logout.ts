import type { Middleware } from 'koa'
import { csrfToken, sessionBinding } from '../csrf.js'
import { basePath } from '../paths.js'
import { render } from '../render.js'
import { endSession, signedIn } from '../session.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

export function logout({ ports: { secrets }, settings }: PageParts): { ask: Middleware; skipWhenNobody: Middleware; signOut: Middleware } {
  const page = `${basePath(settings)}/logout`
  return {
    ask(ctx) {
      const who = signedIn(ctx)
      if (who === undefined) {
        render(ctx, settings, 'signed-out', {})
        return
      }
      render(ctx, settings, 'logout', { csrf: csrfToken(secrets, sessionBinding(ctx, settings)), action: page, person: who.user })
    },

    /** Whoever is signed out already has what they asked for. */
    skipWhenNobody(ctx, next) {
      if (signedIn(ctx) !== undefined) return next()
      seeOther(ctx, page)
      return undefined
    },

    signOut(ctx) {
      endSession(ctx)
      seeOther(ctx, page)
    },
  }
}
