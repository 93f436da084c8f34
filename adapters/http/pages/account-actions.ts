import type { Context, Middleware } from 'koa'
import { InvalidInput, PageError } from '../../../domain/errors.js'
import type { SignedIn } from '../../../ports/for-authenticating.js'
import { textsOf } from '../language.js'
import { basePath } from '../paths.js'
import { render } from '../render.js'
import { sourceOf } from '../request-state.js'
import { endSession, startSession } from '../session.js'
import type { ShowAccount } from './account.js'
import { isFailure, tried } from './attempt.js'
import { formOf } from './form.js'
import type { Guards } from './guards.js'
import type { PageParts } from './parts.js'
import { seeOther } from './redirects.js'

type Action = 'withdraw' | 'endSession' | 'endOtherSessions' | 'changePassword' | 'disableSecondFactor' | 'renewRecoveryCodes'

/** What a person does on /account: each is one form, and comes back to the page. */
export function accountActions({ ports, settings }: PageParts, show: ShowAccount, { forProvenPerson }: Guards): Record<Action, Middleware> {
  const { accounts, authorizing } = ports
  const base = basePath(settings)
  const done = (ctx: Context, what: string): void => seeOther(ctx, `${base}/account?${what}`)

  /** The outcome of what takes the present password; undefined once the page that says what was wrong is shown, with the problem at field `at`. */
  async function withPassword<T extends object>(
    ctx: Context,
    who: SignedIn,
    at: string,
    act: (password: string) => Promise<T | undefined>,
  ) {
    const outcome = await tried(ctx, textsOf(ctx).account.wrongPassword, act(formOf(ctx).get('current_password') ?? ''))
    if (!isFailure(outcome)) return outcome
    // With too many attempts no field is wrong.
    await show(ctx, who, { ...outcome, problemAt: outcome.status === 429 ? '' : at })
    return undefined
  }

  async function refusePassword(ctx: Context, who: SignedIn, error: unknown): Promise<undefined> {
    if (!(error instanceof InvalidInput)) throw error
    await show(ctx, who, { problem: textsOf(ctx).account.password.rule, status: 400, problemAt: 'new_password' })
  }

  return {
    withdraw: forProvenPerson(async (ctx, { user }) => {
      await authorizing.withdraw(user.id, given(ctx, 'client_id'), sourceOf(ctx))
      done(ctx, 'withdrawn')
    }),

    endSession: forProvenPerson(async (ctx, who) => {
      const id = given(ctx, 'session')
      if (id === who.session.id) {
        endSession(ctx)
        seeOther(ctx, `${base}/logout`)
        return
      }
      await accounts.endSession(who, id, sourceOf(ctx))
      done(ctx, 'session-ended')
    }),

    endOtherSessions: forProvenPerson(async (ctx, who) => {
      startSession(ctx, settings, (await accounts.endOtherSessions(who, sourceOf(ctx))).token)
      done(ctx, 'others-ended')
    }),

    changePassword: forProvenPerson(async (ctx, who) => {
      const next = formOf(ctx).get('new_password') ?? ''
      const change = (current: string) => accounts.changePassword(who, { current, next }, sourceOf(ctx))
      const changed = await withPassword(ctx, who, 'password', change).catch((error: unknown) => refusePassword(ctx, who, error))
      if (changed === undefined) return
      startSession(ctx, settings, changed.token)
      done(ctx, 'password-changed')
    }),

    disableSecondFactor: forProvenPerson(async (ctx, who) => {
      if (who.user.secondFactor === undefined) {
        seeOther(ctx, `${base}/account`)
        return
      }
      const disable = (password: string) => accounts.disableSecondFactor(who, password, sourceOf(ctx))
      const disabled = await withPassword(ctx, who, 'otp-disable', disable)
      if (disabled === undefined) return
      startSession(ctx, settings, disabled.token)
      done(ctx, 'second-factor-off')
    }),

    renewRecoveryCodes: forProvenPerson(async (ctx, who) => {
      if (who.user.secondFactor === undefined) {
        seeOther(ctx, `${base}/account`)
        return
      }
      const renew = (password: string) => accounts.renewRecoveryCodes(who, password, sourceOf(ctx))
      const codes = await withPassword(ctx, who, 'recovery-codes', renew)
      if (codes !== undefined) render(ctx, settings, 'recovery-codes', { codes, isNew: false, onHref: `${base}/account` })
    }),
  }
}

/** Throws PageError `malformed` when the form was not ours after all. */
function given(ctx: Context, field: string): string {
  const value = formOf(ctx).get(field)
  if (value === undefined) throw new PageError('malformed')
  return value
}
