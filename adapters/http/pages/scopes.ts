import type { Context, Middleware } from 'koa'
import { PageError } from '../../../domain/errors.js'
import { isLoopbackRedirect, isPrivateSchemeRedirect } from '../../../domain/redirect-uri.js'
import type { SignedIn } from '../../../ports/for-authenticating.js'
import type { ApprovalQuestion, AuthorizationRequest, RefusedRequest } from '../../../ports/for-authorizing.js'
import { browserOf } from '../browser-cookie.js'
import { csrfToken, mustBeOurForm, sessionBinding } from '../csrf.js'
import { followUiLocales } from '../language.js'
import { render } from '../render.js'
import { sourceOf } from '../request-state.js'
import { signedIn } from '../session.js'
import { flowOf, pathTo, switchTo } from './flow.js'
import { formOf } from './form.js'
import type { PageParts } from './parts.js'
import { answerClient, seeOther } from './redirects.js'

/** The approval screen: asks once, and answers the client with what the person said. */
export function scopes({ ports, settings }: PageParts): { ask: Middleware; decide: Middleware } {
  const { authorizing, engine, secrets } = ports

  /** The flow and what it asks for, validated afresh. Throws PageError when it cannot go on. */
  async function asked(ctx: Context): Promise<{ flow: string; request: AuthorizationRequest | RefusedRequest }> {
    const flow = flowOf(ctx)
    if (flow === undefined) throw new PageError('flow-over')
    const parameters = await authorizing.resume(flow, browserOf(ctx, settings))
    followUiLocales(ctx, parameters)
    return { flow, request: await authorizing.validate(parameters, sourceOf(ctx)) }
  }

  /** What was shown is what is approved: a token for another question is not right. */
  const bindingOf = (ctx: Context, flow: string, { client, redirectUri, resources, permissions }: AuthorizationRequest) =>
    sessionBinding(ctx, settings, [flow, client.id, redirectUri, JSON.stringify([resources, permissions])])

  const isDue = (request: AuthorizationRequest, who: SignedIn): boolean => authorizing.secondFactorDue(request, who) !== undefined

  function show(ctx: Context, flow: string, question: ApprovalQuestion, { user }: SignedIn): void {
    const csrf = csrfToken(secrets, bindingOf(ctx, flow, question.request))
    const switchHref = switchTo(pathTo(settings, '/login', flow))
    render(ctx, settings, 'approval', { csrf, action: pathTo(settings, '/scopes', flow), switchHref, person: user, ...wordsOf(question) })
  }

  return {
    async ask(ctx) {
      const { flow, request } = await asked(ctx)
      const who = signedIn(ctx)
      if (who === undefined || 'error' in request || isDue(request, who) || (await authorizing.isApproved(request, who))) {
        seeOther(ctx, pathTo(settings, '/authorize', flow))
        return
      }
      show(ctx, flow, await authorizing.question(request, who), who)
    },

    async decide(ctx) {
      const { flow, request } = await asked(ctx)
      mustBeOurForm(ctx, secrets, 'error' in request ? sessionBinding(ctx, settings) : bindingOf(ctx, flow, request))
      const who = signedIn(ctx)
      if (who === undefined || 'error' in request || isDue(request, who)) {
        seeOther(ctx, pathTo(settings, '/authorize', flow))
        return
      }
      const decision = formOf(ctx).get('decision')
      if (decision !== 'allow' && decision !== 'deny') throw new PageError('malformed')
      await authorizing.spend(flow)
      if (decision === 'deny') {
        authorizing.deny(request, who, sourceOf(ctx))
        answerClient(ctx, settings.issuer, request, { error: 'access_denied' })
        return
      }
      const code = await engine.authorize({ request, who }, 'asked', sourceOf(ctx))
      answerClient(ctx, settings.issuer, request, { code })
    },
  }
}

function wordsOf({ request: { client, redirectUri }, asked, news }: ApprovalQuestion) {
  return {
    clientName: client.name,
    redirectHost: hostOf(redirectUri),
    loopback: isLoopbackRedirect(redirectUri),
    privateScheme: isPrivateSchemeRedirect(redirectUri),
    news,
    asked,
  }
}

/** A private scheme has no host; then the scheme says who answers (RFC 8252 §7.1). */
function hostOf(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri)
  return isPrivateSchemeRedirect(redirectUri) ? protocol.slice(0, -1) : host
}
