import { CLOCK_LEEWAY_MS } from './grant.js'

/** What is counted together, for as long as one window lasts: the attempts at one account, or those from one network. */
export interface Attempts {
  /** A keyed digest, so that a store does not tell which names were tried. 43 characters of base64url. */
  readonly key: string
  readonly count: number
  /** The end of the window: when a store may forget it. */
  readonly until: Date
}

/** Who counts did not all read one clock, nor at one moment: a window may end so much later than the one that a caller would begin. */
export const latestEnd = (until: Date): Date => new Date(until.getTime() + CLOCK_LEEWAY_MS)

/** One more in the window that is open at `at`, or the first in a new one (see AttemptCounter). */
export function counted(before: Attempts | undefined, key: string, at: Date, until: Date): Attempts {
  const isOpen = before !== undefined && before.until > at && before.until <= latestEnd(until)
  return isOpen ? { ...before, count: before.count + 1 } : { key, count: 1, until }
}

/** One less; undefined when the window that ends at `until` is over, or nothing is counted in it. */
export const givenBack = (attempts: Attempts, until: Date): Attempts | undefined =>
  attempts.until.getTime() === until.getTime() && attempts.count > 0 ? { ...attempts, count: attempts.count - 1 } : undefined
