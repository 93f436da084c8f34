import type { Context, Middleware } from 'koa'
import { browserOf, ensureBrowser } from '../browser-cookie.js'
import { browserBinding, csrfToken } from '../csrf.js'
import { followUiLocales, textsOf } from '../language.js'
import { basePath } from '../paths.js'
import { render } from '../render.js'
import { sourceOf } from '../request-state.js'
import { sessionTokenOf, signedIn, startSession } from '../session.js'
import { flowOf, pathTo } from './flow.js'
import { formOf } from './form.js'
import { parseParameters, single } from './parameters.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

/** No name is longer. */
const MAX_ECHO = 200

interface Purpose {
  readonly flow: string | undefined
  readonly clientName?: string
}

export function login({ ports, settings }: PageParts): { show: Middleware; signIn: Middleware } {
  const { authenticating, authorizing, secrets } = ports

  /** What the person signs in for. Throws PageError when the flow cannot go on. */
  async function purposeOf(ctx: Context): Promise<Purpose> {
    const flow = flowOf(ctx)
    if (flow === undefined) return { flow }
    const parameters = await authorizing.resume(flow, browserOf(ctx, settings))
    followUiLocales(ctx, parameters)
    const request = await authorizing.validate(parameters, sourceOf(ctx))
    return { flow, ...('client' in request && { clientName: request.client.name }) }
  }

  const next = ({ flow }: Purpose): string => (flow === undefined ? `${basePath(settings)}/account` : pathTo(settings, '/authorize', flow))

  function page(ctx: Context, { flow, clientName }: Purpose, answer: { username?: string; problem?: string; status?: number }): void {
    const csrf = csrfToken(secrets, browserBinding(ensureBrowser(ctx, settings, secrets)))
    const { username = '', problem, status = 200 } = answer
    const signedInAs = signedIn(ctx)?.user.username
    const action = pathTo(settings, '/login', flow)
    render(ctx, settings, 'login', { csrf, action, clientName, signedInAs, username, problem }, status)
  }

  return {
    async show(ctx) {
      const purpose = await purposeOf(ctx)
      if (signedIn(ctx) !== undefined && !wantsAnotherAccount(ctx)) {
        seeOther(ctx, next(purpose))
        return
      }
      page(ctx, purpose, {})
    },

    async signIn(ctx) {
      const purpose = await purposeOf(ctx)
      const form = formOf(ctx)
      const [username = '', password = ''] = [form.get('username'), form.get('password')]
      const previous = sessionTokenOf(ctx, settings)
      const signed = await authenticating.signIn({ username, password, ...(previous !== undefined && { previous }) }, sourceOf(ctx))
      if (signed === undefined) {
        page(ctx, purpose, { username: cut(username), problem: textsOf(ctx).signIn.wrong, status: 401 })
        return
      }
      startSession(ctx, settings, signed.token)
      seeOther(ctx, next(purpose))
    },
  }
}

/** Never through the middle of a character. */
const cut = (name: string): string => Array.from(name).slice(0, MAX_ECHO).join('')

const wantsAnotherAccount = (ctx: Context): boolean => single(parseParameters(ctx.querystring), 'switch') !== undefined
