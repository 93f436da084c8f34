import type { Approval, Consent, ConsentFilter } from '../domain/consent.js'
import type { ClientId, UserId } from '../domain/ids.js'

/** One consent per person and client. All methods throw StoreUnavailable when the store does not answer. */
export interface ConsentRepository {
  find(userId: UserId, clientId: ClientId): Promise<Consent | undefined>
  /**
   * Adds to what was approved before, in one atomic step, as `approved` in domain/consent.ts: parallel approvals of different scopes are all kept.
   * Order of first approval; no repeats.
   * What was approved for another registration of the client is forgotten in the same step, and createdAt begins anew.
   */
  remember(approval: Approval): Promise<void>
  /** Forgets every consent that matches; how many. A filter without fields is refused with a TypeError. */
  forget(filter: ConsentFilter): Promise<number>
  /** By createdAt, oldest first. */
  list(filter: ConsentFilter): Promise<readonly Consent[]>
}
