import type { Context } from 'koa'
import type { SecurityEvent } from '../../../domain/security-event.js'
import type { Session } from '../../../domain/session.js'
import type { SignedIn } from '../../../ports/for-authenticating.js'
import type { ConnectedApp } from '../../../ports/for-authorizing.js'
import { dayOf, momentOf, textsOf } from '../language.js'

export const appInWords = (ctx: Context, { client, scopes, since, lastUsed }: ConnectedApp) => ({
  clientId: client.id,
  name: client.name,
  firstParty: client.firstParty,
  scopes: scopes.map(({ description }) => description),
  since: dayOf(ctx, since),
  ...(lastUsed && { lastUsed: momentOf(ctx, lastUsed) }),
})

export const sessionInWords = (ctx: Context, session: Session, { session: present }: SignedIn) => ({
  id: session.id,
  isThis: session.id === present.id,
  since: momentOf(ctx, session.authTime),
  lastSeen: momentOf(ctx, session.lastSeenAt),
})

export const eventInWords = (ctx: Context, { event, at, address, clientId }: SecurityEvent, nameOf: (clientId: string) => string) => ({
  text: textsOf(ctx).account.events[event],
  at: momentOf(ctx, at),
  ...(address === 'cli' ? { byOperator: true } : { address }),
  client: clientId === undefined ? '' : nameOf(clientId),
})

export const factorInWords = (ctx: Context, { user: { secondFactor } }: SignedIn) =>
  secondFactor && {
    since: dayOf(ctx, secondFactor.enrolledAt),
    codesLeft: textsOf(ctx).account.factor.codesLeft(secondFactor.recoveryCodes.length),
  }
