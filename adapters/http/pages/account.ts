import type { Middleware } from 'koa'
import type { ConnectedApp } from '../../../ports/for-authorizing.js'
import { PageError } from '../../../domain/errors.js'
import { csrfToken, sessionBinding } from '../csrf.js'
import { basePath } from '../paths.js'
import { render } from '../render.js'
import { sourceOf } from '../request-state.js'
import { signedIn } from '../session.js'
import { formOf } from './form.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

/** What the signed-in person allowed, and how to take it back. */
export function account({ ports: { authorizing, secrets }, settings }: PageParts): { show: Middleware; withdraw: Middleware } {
  const base = basePath(settings)
  return {
    async show(ctx) {
      const who = signedIn(ctx)
      if (who === undefined) {
        seeOther(ctx, `${base}/login`)
        return
      }
      const apps = await authorizing.connectedApps(who.user.id)
      const csrf = csrfToken(secrets, sessionBinding(ctx, settings))
      const notice = ctx.querystring === WITHDRAWN ? 'The app can no longer use your account.' : undefined
      render(ctx, settings, 'account', { csrf, person: who.user, apps: apps.map(inWords), notice })
    },

    async withdraw(ctx) {
      const who = signedIn(ctx)
      const clientId = formOf(ctx).get('client_id')
      if (who === undefined || clientId === undefined) throw new PageError('malformed')
      await authorizing.withdraw(who.user.id, clientId, sourceOf(ctx))
      seeOther(ctx, `${base}/account?${WITHDRAWN}`)
    },
  }
}

const WITHDRAWN = 'withdrawn'
const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' })

const inWords = ({ client, scopes, since }: ConnectedApp) => ({
  clientId: client.id,
  name: client.name,
  firstParty: client.firstParty,
  scopes: scopes.map(({ description }) => description),
  since: { iso: since.toISOString(), text: DAY.format(since) },
})
