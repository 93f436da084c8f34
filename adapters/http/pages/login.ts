import type { Context, Middleware } from 'koa'
import { ensureBrowser } from '../browser-cookie.js'
import { browserBinding, csrfToken } from '../csrf.js'
import { textsOf } from '../language.js'
import { render } from '../render.js'
import { sourceOf } from '../request-state.js'
import { sessionTokenOf, signedIn, startSession } from '../session.js'
import { isFailure, tried, type Failure } from './attempt.js'
import { pathOn, pathTo, purposeOf, switchTo, type Purpose } from './flow.js'
import { formOf } from './form.js'
import { parseParameters, single } from './parameters.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

/** No name is longer. */
const MAX_ECHO = 200

export function login(parts: PageParts): { show: Middleware; signIn: Middleware } {
  const { ports, settings } = parts
  const { authenticating, secrets } = ports

  function page(ctx: Context, { flow, request }: Purpose, answer: { username?: string } & Partial<Failure>): void {
    const csrf = csrfToken(secrets, browserBinding(ensureBrowser(ctx, settings, secrets)))
    const { username = '', problem, status } = answer
    const signedInAs = signedIn(ctx)?.user.username
    const login = pathTo(settings, '/login', flow)
    const action = wantsAnotherAccount(ctx) ? switchTo(login) : login
    // With too many attempts no field is wrong.
    const problemAt = status === 429 ? '' : undefined
    render(ctx, settings, 'login', { csrf, action, clientName: request?.client.name, signedInAs, username, problem, problemAt }, status)
  }

  return {
    async show(ctx) {
      const purpose = await purposeOf(ctx, parts)
      if (signedIn(ctx) !== undefined && !wantsAnotherAccount(ctx)) {
        seeOther(ctx, pathOn(settings, purpose.flow))
        return
      }
      page(ctx, purpose, {})
    },

    async signIn(ctx) {
      const purpose = await purposeOf(ctx, parts)
      const form = formOf(ctx)
      const [username = '', password = ''] = [form.get('username'), form.get('password')]
      const previous = sessionTokenOf(ctx, settings)
      const attempt = { username, password, ...(previous !== undefined && { previous }) }
      const signed = await tried(ctx, textsOf(ctx).signIn.wrong, authenticating.signIn(attempt, sourceOf(ctx)))
      if (isFailure(signed)) {
        page(ctx, purpose, { username: cut(username), ...signed })
        return
      }
      startSession(ctx, settings, signed.token)
      seeOther(ctx, pathOn(settings, purpose.flow))
    },
  }
}

/** Never through the middle of a character. */
const cut = (name: string): string =>
  Array.from(name.replace(/\p{Cc}/gu, ''))
    .slice(0, MAX_ECHO)
    .join('')

const wantsAnotherAccount = (ctx: Context): boolean => single(parseParameters(ctx.querystring), 'switch') !== undefined
