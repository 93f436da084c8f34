import type { Context, Middleware } from 'koa'
import { owesSecondFactor } from '../../../domain/session.js'
import type { SignedIn } from '../../../ports/for-authenticating.js'
import { ensureBrowser } from '../browser-cookie.js'
import { browserBinding, csrfToken } from '../csrf.js'
import { textsOf } from '../language.js'
import { render } from '../render.js'
import { sourceOf } from '../request-state.js'
import { halfSignedIn, sessionTokenOf, signedIn, startSession } from '../session.js'
import { isFailure, tried, type Failure } from './attempt.js'
import { pathOn, pathTo, purposeOf, switchTo, type Purpose } from './flow.js'
import { formOf } from './form.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

/** The second half of a sign-in, and what a client that demands it, or a change of the account, asks of whoever signed in without. */
export function secondFactor(parts: PageParts): { ask: Middleware; prove: Middleware } {
  const { ports, settings } = parts
  const { authenticating, authorizing, secrets } = ports

  /** Who is to show it. All others are led on. */
  function whoIsAsked(ctx: Context, { flow, request }: Purpose): SignedIn | undefined {
    const half = halfSignedIn(ctx)
    // An operator may have taken the second factor away meanwhile: then the password alone is enough again.
    if (half?.user.secondFactor !== undefined) return half
    const whole = signedIn(ctx)
    if (whole === undefined) seeOther(ctx, pathTo(settings, '/login', flow))
    else if (request !== undefined && authorizing.secondFactorDue(request, whole) === 'prove') return whole
    else if (flow === undefined && owesSecondFactor(whole.session, whole.user)) return whole
    else seeOther(ctx, pathOn(settings, flow))
    return undefined
  }

  function page(ctx: Context, { flow, request }: Purpose, { user }: SignedIn, failure?: Failure): void {
    const csrf = csrfToken(secrets, browserBinding(ensureBrowser(ctx, settings, secrets)))
    const hrefs = { action: pathTo(settings, '/login/otp', flow), switchHref: switchTo(pathTo(settings, '/login', flow)) }
    render(ctx, settings, 'otp', { csrf, ...hrefs, person: user, clientName: request?.client.name, ...failure }, failure?.status)
  }

  return {
    async ask(ctx) {
      const purpose = await purposeOf(ctx, parts)
      const who = whoIsAsked(ctx, purpose)
      if (who !== undefined) page(ctx, purpose, who)
    },

    async prove(ctx) {
      const purpose = await purposeOf(ctx, parts)
      const who = whoIsAsked(ctx, purpose)
      if (who === undefined) return
      const proof = { token: sessionTokenOf(ctx, settings) ?? '', otp: formOf(ctx).get('otp') ?? '' }
      const proved = await tried(ctx, textsOf(ctx).secondFactor.wrong, authenticating.proveSecondFactor(proof, sourceOf(ctx)))
      if (isFailure(proved)) {
        page(ctx, purpose, who, proved)
        return
      }
      startSession(ctx, settings, proved.token)
      seeOther(ctx, pathOn(settings, purpose.flow))
    },
  }
}
