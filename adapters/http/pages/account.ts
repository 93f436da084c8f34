import type { Context, Middleware } from 'koa'
import type { SecurityEvent } from '../../../domain/security-event.js'
import type { SignedIn } from '../../../ports/for-authenticating.js'
import type { ConnectedApp } from '../../../ports/for-authorizing.js'
import { csrfToken, sessionBinding } from '../csrf.js'
import { textsOf } from '../language.js'
import { render } from '../render.js'
import { appInWords, eventInWords, factorInWords, sessionInWords } from './account-words.js'
import type { Failure } from './attempt.js'
import type { Guards } from './guards.js'
import type { PageParts } from './parts.js'

/** A failure, and the field that it is about by its id on the page. */
export type FailureAt = Failure & { readonly problemAt: string }

export type ShowAccount = (ctx: Context, who: SignedIn, failure?: FailureAt) => Promise<void>

/** The page with all that a person sees and changes of the own account. */
export function showAccount({ ports: { accounts, authorizing, secrets }, settings }: PageParts): ShowAccount {
  /** Of apps that were withdrawn too, as long as they are registered. */
  async function namesOf(events: readonly SecurityEvent[], apps: readonly ConnectedApp[]): Promise<Map<string, string>> {
    const names = new Map(apps.map(({ client }): [string, string] => [client.id, client.name]))
    const others = new Set(events.flatMap(({ clientId }) => (clientId === undefined || names.has(clientId) ? [] : [clientId])))
    await Promise.all([...others].map(async (id) => names.set(id, (await authorizing.clientName(id)) ?? id)))
    return names
  }

  return async function showAccountOf(ctx, who, failure) {
    const [apps, sessions] = await Promise.all([authorizing.connectedApps(who.user.id), accounts.sessions(who)])
    const names = await namesOf(who.user.events, apps)
    const shown = {
      csrf: csrfToken(secrets, sessionBinding(ctx, settings)),
      person: who.user,
      notice: failure === undefined ? noticeOf(ctx) : undefined,
      apps: apps.map((app) => appInWords(ctx, app)),
      sessions: sessions.map((session) => sessionInWords(ctx, session, who)),
      factor: factorInWords(ctx, who),
      events: who.user.events.toReversed().map((event) => eventInWords(ctx, event, (id) => names.get(id) ?? id)),
    }
    render(ctx, settings, 'account', { ...shown, ...failure }, failure?.status)
  }
}

/** What was just done, when the address says so and no other site led there. */
function noticeOf(ctx: Context): string | undefined {
  if (!['', 'same-origin'].includes(ctx.get('Sec-Fetch-Site'))) return undefined
  const { notices } = textsOf(ctx).account
  return Object.hasOwn(notices, ctx.querystring) ? notices[ctx.querystring as keyof typeof notices] : undefined
}

export const account = (show: ShowAccount, { forPerson }: Guards): Middleware => forPerson((ctx, who) => show(ctx, who))
