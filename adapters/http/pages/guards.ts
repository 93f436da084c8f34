import type { Context, Middleware } from 'koa'
import { dueForChanges } from '../../../domain/session.js'
import type { SignedIn } from '../../../ports/for-authenticating.js'
import { basePath } from '../paths.js'
import { halfSignedIn, signedIn } from '../session.js'
import { flowOf, pathTo } from './flow.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

type Act = (ctx: Context, who: SignedIn) => Promise<void> | void

/** Who may open a page of the account; everybody else is led to where they may. */
export interface Guards {
  /** Whoever is wholly signed in. */
  readonly forPerson: (act: Act) => Middleware
  /** Whoever showed the password lately, and the second factor where there is one. */
  readonly forProvenPerson: (act: Act) => Middleware
}

const ASKED_AT = { password: '/account/confirm', otp: '/login/otp' } as const

export function guards({ ports: { clock }, settings }: PageParts): Guards {
  function leadToSignIn(ctx: Context): void {
    const flow = flowOf(ctx)
    if (flow !== undefined) seeOther(ctx, pathTo(settings, '/authorize', flow))
    else seeOther(ctx, `${basePath(settings)}${halfSignedIn(ctx) === undefined ? '/login' : '/login/otp'}`)
  }

  const forPerson: Guards['forPerson'] = (act) =>
    async function whoeverIsSignedIn(ctx) {
      const who = signedIn(ctx)
      if (who === undefined) leadToSignIn(ctx)
      else await act(ctx, who)
    }

  return {
    forPerson,
    forProvenPerson: (act) =>
      forPerson(async (ctx, who) => {
        const due = dueForChanges(who, clock.now())
        if (due === undefined) await act(ctx, who)
        else seeOther(ctx, pathTo(settings, ASKED_AT[due], flowOf(ctx)))
      }),
  }
}
