import type { Context, Middleware } from 'koa'
import { toString as drawCode } from 'qrcode'
import type { SignedIn } from '../../../ports/for-authenticating.js'
import { csrfToken, sessionBinding } from '../csrf.js'
import { textsOf } from '../language.js'
import { render } from '../render.js'
import { sourceOf } from '../request-state.js'
import { startSession } from '../session.js'
import { isFailure, tried, type Failure } from './attempt.js'
import { flowOf, pathOn, pathTo, purposeOf, type Purpose } from './flow.js'
import { formOf } from './form.js'
import type { Guards } from './guards.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

const QR_PIXELS = 240

/** Sets up a second factor: shows the secret until a code proves that it arrived. */
export function enrolment(parts: PageParts, { forProvenPerson }: Guards): { begin: Middleware; show: Middleware; confirm: Middleware } {
  const { ports, settings } = parts
  const { accounts, secrets } = ports

  async function page(ctx: Context, { flow, request }: Purpose, who: SignedIn, failure?: Failure): Promise<void> {
    const { secret, uri } = accounts.enrolment(who)
    const qr = await drawCode(uri, { type: 'svg', width: QR_PIXELS, errorCorrectionLevel: 'M' })
    const csrf = csrfToken(secrets, sessionBinding(ctx, settings))
    const hrefs = { action: pathTo(settings, '/account/otp/confirm', flow), cancelHref: pathOn(settings, undefined) }
    render(ctx, settings, 'enrolment', { csrf, ...hrefs, secret, uri, qr, clientName: request?.client.name, ...failure }, failure?.status)
  }

  /** For who has none yet; whoever has one goes on. */
  const forNewcomer = (act: (ctx: Context, who: SignedIn, purpose: Purpose) => Promise<void>): Middleware =>
    forProvenPerson(async (ctx, who) => {
      const purpose = await purposeOf(ctx, parts)
      if (who.user.secondFactor === undefined) await act(ctx, who, purpose)
      else seeOther(ctx, pathOn(settings, purpose.flow))
    })

  return {
    begin: forProvenPerson((ctx) => {
      seeOther(ctx, pathTo(settings, '/account/otp/enrol', flowOf(ctx)))
    }),

    show: forNewcomer((ctx, who, purpose) => page(ctx, purpose, who)),

    confirm: forNewcomer(async (ctx, who, purpose) => {
      const otp = formOf(ctx).get('otp') ?? ''
      const confirmed = await tried(ctx, textsOf(ctx).secondFactor.wrong, accounts.confirmEnrolment(who, otp, sourceOf(ctx)))
      if (isFailure(confirmed)) {
        await page(ctx, purpose, who, confirmed)
        return
      }
      startSession(ctx, settings, confirmed.token)
      render(ctx, settings, 'recovery-codes', { codes: confirmed.recoveryCodes, isNew: true, onHref: pathOn(settings, purpose.flow) })
    }),
  }
}
