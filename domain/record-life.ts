import { CLOCK_LEEWAY_MS } from './grant.js'
import type { Aggregate, Records } from './records.js'

type Life = { readonly [A in Aggregate]?: (one: Records[A], other: Records[A]) => boolean }

/** Clocks step: a little later may be earlier. */
const isClearlyLater = (one: Date, other: Date): boolean => one.getTime() - other.getTime() > CLOCK_LEEWAY_MS
const isNew = (one: Date | undefined, other: Date | undefined): boolean => one !== undefined && other === undefined

/** What only grows and what is never undone; names and descriptions of scopes and resources say nothing of the kind. */
const OUTLIVES: Life = {
  keys: (one, other) => isNew(one.retiredAt, other.retiredAt),
  clients: (one, other) =>
    one.registration === other.registration ? one.revision > other.revision : isClearlyLater(one.createdAt, other.createdAt),
  users: (one, other) =>
    one.sessionEpoch > other.sessionEpoch || one.grantEpoch > other.grantEpoch || one.withdrawalEpoch > other.withdrawalEpoch,
  consents: (one, other) => isClearlyLater(one.updatedAt, other.updatedAt),
  sessions: (one, other) => isClearlyLater(one.lastSeenAt, other.lastSeenAt),
  flows: (one, other) => isNew(one.spentAt, other.spentAt),
  grants: (one, other) =>
    isNew(one.endedAt, other.endedAt) ||
    isNew(one.code.redeemedAt, other.code.redeemedAt) ||
    (one.refresh?.generation ?? 0) > (other.refresh?.generation ?? 0),
}

/** Whether the first has certainly seen more than the second, which has the same key: putting the second in its place would undo something. */
export const outlives = <A extends Aggregate>(aggregate: A, one: Records[A], other: Records[A]): boolean =>
  OUTLIVES[aggregate]?.(one, other) ?? false

type Ends = { readonly [A in Aggregate]?: (record: Records[A]) => readonly Date[] }

const ENDS: Ends = {
  sessions: ({ idleExpiresAt, expiresAt }) => [idleExpiresAt, expiresAt],
  flows: ({ expiresAt }) => [expiresAt],
  grants: ({ expiresAt }) => [expiresAt],
  deniedTokens: ({ expiresAt }) => [expiresAt],
  attempts: ({ until }) => [until],
}

/** Whether a store may have forgotten it by now of its own accord. */
export const isExpired = <A extends Aggregate>(aggregate: A, record: Records[A], at: Date): boolean =>
  ENDS[aggregate]?.(record).some((end) => end <= at) ?? false
