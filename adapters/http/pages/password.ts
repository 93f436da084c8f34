import type { Context, Middleware } from 'koa'
import type { SignedIn } from '../../../ports/for-authenticating.js'
import { isFresh } from '../../../domain/session.js'
import { csrfToken, sessionBinding } from '../csrf.js'
import { textsOf } from '../language.js'
import { basePath } from '../paths.js'
import { render } from '../render.js'
import { sourceOf } from '../request-state.js'
import { sessionTokenOf, startSession } from '../session.js'
import { isFailure, tried, type Failure } from './attempt.js'
import { flowOf, pathTo, purposeOf } from './flow.js'
import { formOf } from './form.js'
import type { Guards } from './guards.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

/** Asks for the password again before the account is changed. */
export function password(parts: PageParts, { forPerson }: Guards): { ask: Middleware; confirm: Middleware } {
  const { ports, settings } = parts
  const { authenticating, secrets, clock } = ports

  /** A flow comes here on its way to the enrolment alone. */
  const back = (ctx: Context): string => {
    const flow = flowOf(ctx)
    return flow === undefined ? `${basePath(settings)}/account` : pathTo(settings, '/account/otp/enrol', flow)
  }

  function page(ctx: Context, { user }: SignedIn, failure?: Failure): void {
    const csrf = csrfToken(secrets, sessionBinding(ctx, settings))
    const action = pathTo(settings, '/account/confirm', flowOf(ctx))
    render(ctx, settings, 'password', { csrf, action, person: user, ...failure }, failure?.status)
  }

  return {
    ask: forPerson(async (ctx, who) => {
      // A flow that is over ends here, and one that goes on says the language.
      await purposeOf(ctx, parts)
      if (isFresh(who.session, clock.now())) seeOther(ctx, back(ctx))
      else page(ctx, who)
    }),

    confirm: forPerson(async (ctx, who) => {
      await purposeOf(ctx, parts)
      const proof = { token: sessionTokenOf(ctx, settings) ?? '', password: formOf(ctx).get('password') ?? '' }
      const confirmed = await tried(ctx, textsOf(ctx).account.wrongPassword, authenticating.confirmPassword(proof, sourceOf(ctx)))
      if (isFailure(confirmed)) {
        page(ctx, who, confirmed)
        return
      }
      startSession(ctx, settings, confirmed.token)
      seeOther(ctx, back(ctx))
    }),
  }
}
