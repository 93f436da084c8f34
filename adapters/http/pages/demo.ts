import type { Context, Middleware } from 'koa'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { ensureBrowser } from '../browser-cookie.js'
import { browserBinding, csrfToken } from '../csrf.js'
import { textsOf } from '../language.js'
import type { HttpSettings } from '../ports.js'
import { basePath } from '../paths.js'
import { render } from '../render.js'
import { answerBearer } from './demo-api.js'
import { DemoClient } from './demo-client.js'
import { DemoMemory, type DemoState } from './demo-memory.js'
import type { PageParts, Pages } from './parts.js'
import { parseParameters, single } from './parameters.js'
import { seeOther } from './redirects.js'

type Demo = NonNullable<HttpSettings['demo']>

/** A sample client in the server itself, for development: goes through the whole flow and shows what it got. */
export function demoRoutes(
  parts: PageParts,
  demo: Demo,
  { page, form }: { page: readonly Middleware[]; form: readonly Middleware[] },
): Pages {
  const { ports, settings } = parts
  const memory = new DemoMemory(ports.secrets, settings)
  const client = new DemoClient(settings.issuer, demo.clientId, ports.secrets)
  const home = `${basePath(settings)}/demo`

  /** What a step makes of the state is kept, and shown at /demo. */
  const step = (take: (state: DemoState, ctx: Context) => DemoState | Promise<DemoState>): Middleware =>
    async function takeDemoStep(ctx) {
      memory.keep(ctx, await take(memory.recall(ctx), ctx))
      seeOther(ctx, home)
    }

  const start: Middleware = function startDemo(ctx) {
    const { address, pending } = client.begin()
    memory.keep(ctx, { pending, refreshed: 0 })
    seeOther(ctx, address)
  }

  const callback = step((state, ctx) => {
    const query = parseParameters(ctx.querystring)
    const [code, error, given, iss] = ['code', 'error', 'state', 'iss'].map((name) => single(query, name))
    return client.arrive(state, { code, error, state: given, iss })
  })

  const show: Middleware = function showDemo(ctx) {
    const csrf = csrfToken(ports.secrets, browserBinding(ensureBrowser(ctx, settings, ports.secrets)))
    const actions = { startHref: `${home}/start`, refreshAction: `${home}/refresh`, apiAction: `${home}/api`, resetAction: `${home}/reset` }
    render(ctx, settings, 'demo', { csrf, hint: { username: demo.username }, ...actions, ...inWords(ctx, memory.recall(ctx)) })
  }

  return {
    '/demo': { get: [...page, show] },
    '/demo/start': { get: [...page, start] },
    '/demo/callback': { get: [...page, callback] },
    '/demo/refresh': { post: [...form, step((state) => client.refresh(state))] },
    '/demo/api': { get: [answerBearer(settings, ports.clock)], post: [...form, step((state) => client.callApi(state))] },
    '/demo/reset': { post: [...form, step(() => ({ refreshed: 0 }))] },
  }
}

/** Enough to tell them apart, not enough to be used from a screenshot. */
const shortened = (secret: string): string => `${secret.slice(0, 12)}…`

const pretty = (value: unknown): string => JSON.stringify(value, undefined, 2)

function inWords(ctx: Context, { tokens, refreshed, api, failure }: DemoState) {
  const problem = failure && textsOf(ctx).demo.failures[failure.what].replace('{detail}', () => failure.detail ?? '')
  if (tokens === undefined) return { step: 'start', problem }
  const { access_token: token, refresh_token: refreshToken } = tokens
  const shown = { ...tokens, access_token: shortened(token), ...(refreshToken !== undefined && { refresh_token: shortened(refreshToken) }) }
  const accessToken = { header: pretty(decodeProtectedHeader(token)), payload: pretty(decodeJwt(token)) }
  return { step: 'tokens', problem, refreshed, accessToken, tokenResponse: pretty(shown), api }
}
