import type { Attempts } from '../domain/attempts.js'

/** Counts what may be tried only so often, for all processes together. All methods throw StoreUnavailable when the store does not answer. */
export interface AttemptCounter {
  /**
   * Counts one more in the window of `key` that is open at `at`, or begins one with a count of 1 that ends at `until`; the state after it. A window
   * that ends later than `latestEnd(until)` is not open either: a clock was wrong when it began. Atomic: of any number of calls, in any number of
   * processes, each gets another count. An outcome that could not be told may have been counted.
   */
  reserve(key: string, at: Date, until: Date): Promise<Attempts>
  /** Takes one back in the window that ends at `until`; nothing happens when that is over. A count never falls below 0. */
  giveBack(key: string, until: Date): Promise<void>
}
