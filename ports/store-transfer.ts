import type { Aggregate, Records } from '../domain/records.js'

export interface Page<Record> {
  readonly records: readonly Record[]
  /** Where the next page begins; absent on the last one. */
  readonly next?: string
}

/** Everything that the store holds, as it is, for moving it to another one. All methods throw StoreUnavailable when the store does not answer. */
export interface StoreTransfer {
  /**
   * At most `limit` records, ended and expired ones too, in an order of the store's own; `after` is the `next` of the page before.
   * A record that is there all the while is on exactly one page.
   */
  read<A extends Aggregate>(aggregate: A, limit: number, after?: string): Promise<Page<Records[A]>>
  /** Those of the keys (see `recordKey`) that are there, in any order. */
  get<A extends Aggregate>(aggregate: A, keys: readonly string[]): Promise<readonly Records[A][]>
  /** Puts each as it is, whole, in the place of one with the same key. Idempotent. Throws InvalidInput when another record has its user name or ordinal. */
  put<A extends Aggregate>(aggregate: A, records: readonly Records[A][]): Promise<void>
}
