import type { Context, Middleware } from 'koa'
import { PageError } from '../../../domain/errors.js'
import type { AuthorizationParameters } from '../../../domain/flow.js'
import { browserOf, ensureBrowser } from '../browser-cookie.js'
import { followUiLocales } from '../language.js'
import { basePath } from '../paths.js'
import { sourceOf } from '../request-state.js'
import { halfSignedIn, signedIn } from '../session.js'
import { parametersOf } from './form.js'
import { pathTo, type PageOfFlow } from './flow.js'
import { authorizationParameters, parseParameters, queryOf, single } from './parameters.js'
import type { PageParts } from './parts.js'
import { answerClient, seeOther } from './redirects.js'

const MAX_QUERY = 8192

interface Asked {
  readonly parameters: AuthorizationParameters
  /** Where the request is kept, once it is. */
  readonly flow: string | undefined
}

/** GET /authorize, RFC 6749 §3.1: the one place that decides what comes next. Sign-in and approval return to it. */
export function dispatch({ ports, settings }: PageParts): Middleware {
  const { authorizing, engine, secrets } = ports

  async function asked(ctx: Context): Promise<Asked> {
    if (ctx.querystring.length > MAX_QUERY) throw new PageError('malformed')
    const query = parseParameters(ctx.querystring)
    const flow = single(query, 'flow')
    if (flow === undefined) return { parameters: authorizationParameters(query), flow }
    return { parameters: await authorizing.resume(flow, browserOf(ctx, settings)), flow }
  }

  async function sendTo(page: PageOfFlow, ctx: Context, { parameters, flow }: Asked): Promise<void> {
    const kept = flow ?? (await authorizing.begin(parameters, ensureBrowser(ctx, settings, secrets)))
    seeOther(ctx, pathTo(settings, page, kept))
  }

  return async function decideWhatIsNext(ctx) {
    const request = await asked(ctx)
    followUiLocales(ctx, request.parameters)
    const outcome = await authorizing.validate(request.parameters, sourceOf(ctx))
    if ('error' in outcome) {
      answerClient(ctx, settings.issuer, outcome, { error: outcome.error })
      return
    }
    const who = signedIn(ctx)
    if (who === undefined) return sendTo(halfSignedIn(ctx) === undefined ? '/login' : '/login/otp', ctx, request)
    const due = authorizing.secondFactorDue(outcome, who)
    if (due !== undefined) return sendTo(due === 'prove' ? '/login/otp' : '/account/otp/enrol', ctx, request)
    if (!(await authorizing.isApproved(outcome, who))) return sendTo('/scopes', ctx, request)
    if (request.flow !== undefined) await authorizing.spend(request.flow)
    const code = await engine.authorize({ request: outcome, who }, 'remembered', sourceOf(ctx))
    answerClient(ctx, settings.issuer, outcome, { code })
  }
}

/** POST /authorize, RFC 6749 §3.1: comes from other sites, so it reads no cookie and sets none; the same request by GET does the rest. */
export function repeatByGet({ ports: { authorizing }, settings }: PageParts): Middleware {
  return async function repeatRequestByGet(ctx) {
    const { flow: _, ...parameters } = authorizationParameters(parametersOf(ctx))
    const outcome = await authorizing.validate(parameters, sourceOf(ctx))
    if ('error' in outcome) {
      answerClient(ctx, settings.issuer, outcome, { error: outcome.error })
      return
    }
    const query = queryOf(parameters)
    if (query.length > MAX_QUERY) throw new PageError('malformed')
    seeOther(ctx, `${basePath(settings)}/authorize?${query}`)
  }
}
