import type { EndReason, Grant, GrantFilter } from '../domain/grant.js'
import type { AttemptId, GrantId } from '../domain/ids.js'

export interface Redemption {
  readonly attempt: AttemptId
  readonly at: Date
  /** The lineage that begins (generation 1), unless the client gets no refresh token. */
  readonly refresh?: { readonly idleExpiresAt: Date; readonly expiresAt: Date }
  /** When the store may forget the grant from now on. */
  readonly expiresAt: Date
}

export interface Rotation {
  readonly attempt: AttemptId
  readonly at: Date
  readonly idleExpiresAt: Date
}

/** The single place where a code is spent and a refresh token rotated. All methods throw StoreUnavailable when the outcome cannot be told. */
export interface GrantRepository {
  save(grant: Grant): Promise<void>
  /** With `confirmed` only what nothing undoes any more, a failover neither; without, it may be a moment ahead of that. */
  find(id: GrantId, options?: { readonly confirmed?: boolean }): Promise<Grant | undefined>
  /**
   * Spends the code of a grant that is not ended, not redeemed and whose code is unexpired at `at`, and begins its lineage. Atomic: of any number
   * of attempts, in any number of processes, one gets the grant; the same attempt asked again gets it again; all others get undefined.
   */
  redeem(id: GrantId, redemption: Redemption): Promise<Grant | undefined>
  /**
   * Moves the lineage from `generation` to the next: only when it is not ended, its newest generation is `generation` and neither expiry has
   * passed at `at`. rotatedBefore takes the old rotatedAt. Atomic: one attempt wins and gets the new state, again when asked again; others get undefined.
   */
  rotate(id: GrantId, generation: number, rotation: Rotation): Promise<Grant | undefined>
  /** Ends it; true for the call that did, false when it had ended or is unknown. No redeem or rotate succeeds afterwards. */
  end(id: GrantId, why: EndReason, at: Date): Promise<boolean>
  /** Ends every grant that matches and has not ended; how many. A filter without fields is refused with a TypeError. */
  endAll(filter: GrantFilter, why: EndReason, at: Date): Promise<number>
  /** Those that match, have not ended and have not expired at `at`; oldest first. */
  list(filter: GrantFilter, at: Date): Promise<readonly Grant[]>
}
