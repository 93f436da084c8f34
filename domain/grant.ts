import type { AttemptId, ClientId, GrantId, SessionId, UserId } from './ids.js'

export type EndReason = 'replayed' | 'reused' | 'revoked' | 'withdrawn' | 'password-changed' | 'user-deleted' | 'client-deleted'

/** Clocks may step by 120 s and differ by 5 s between servers: a store keeps that much longer what it could be asked for. */
export const CLOCK_LEEWAY_MS = 125_000

/** The authorization code of a grant; its value is computed, never stored. */
export interface CodeState {
  /** S256 challenge (RFC 7636 §4.2), 43 characters of base64url. */
  readonly challenge: string
  readonly redirectUri: string
  readonly expiresAt: Date
  readonly redeemedAt?: Date
  readonly redeemedBy?: AttemptId
}

/** The lineage of refresh tokens: one leaf, numbered from 1. */
export interface Lineage {
  readonly generation: number
  /** When the newest generation came to be, which is when the one before it was rotated out. */
  readonly rotatedAt: Date
  /** When the one before that was rotated out. */
  readonly rotatedBefore?: Date
  readonly rotatedBy?: AttemptId
  readonly idleExpiresAt: Date
  readonly expiresAt: Date
}

/**
 * One authorization: what a person allowed a client, with its one code and its one lineage of refresh tokens.
 * approved ──redeem──► active(1) ──rotate──► active(2) ──► …   any ──end or expiry──► ended
 */
export interface Grant {
  readonly id: GrantId
  readonly clientId: ClientId
  /** Of the client that was allowed: it is worthless to any other one, also under the same id. */
  readonly clientRegistration: string
  readonly userId: UserId
  readonly sessionId?: SessionId
  readonly scopes: readonly string[]
  /** Resources bound at /authorize (RFC 8707); empty when none was asked for. */
  readonly resources: readonly string[]
  readonly authTime: Date
  readonly amr: readonly string[]
  /** The person's grantEpoch when this was approved. */
  readonly grantEpoch: number
  /** The person's withdrawalEpoch as it was before the approval was looked up. */
  readonly withdrawalEpoch: number
  readonly createdAt: Date
  readonly code: CodeState
  /** Absent until redemption, and when the client gets no refresh token. */
  readonly refresh?: Lineage
  readonly endedAt?: Date
  readonly endedBy?: EndReason
  /** When a store may forget it. */
  readonly expiresAt: Date
}

export type LineageVerdict = 'newest' | 'retry' | 'expired' | 'reuse'

/**
 * What presenting `generation` means: the newest rotates, one of the last two rotated out less than `graceMs` ago is a retry and gets
 * the newest again, anything older or later is reuse (RFC 9700 §4.14.2).
 */
export function judgeGeneration(lineage: Lineage, generation: number, at: Date, graceMs: number): LineageVerdict {
  if (lineage.expiresAt <= at || lineage.idleExpiresAt <= at) return 'expired'
  if (generation === lineage.generation) return 'newest'
  const rotatedOutAt = [lineage.rotatedAt, lineage.rotatedBefore][lineage.generation - generation - 1]
  return graceMs > 0 && rotatedOutAt !== undefined && at.getTime() - rotatedOutAt.getTime() < graceMs ? 'retry' : 'reuse'
}

/** Which grants an ending or a listing is about; every field given must match. */
export interface GrantFilter {
  readonly userId?: UserId
  readonly clientId?: ClientId
}
