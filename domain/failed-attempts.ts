import type { Clock } from '../ports/clock.js'

const MAX_CONTENDERS = 10_000

/** Counts failures per contender in a window that begins with the first; bounded in memory. */
export class FailedAttempts {
  readonly #limit: number
  readonly #windowMs: number
  readonly #clock: Clock
  readonly #failures = new Map<string, { count: number; readonly since: number }>()

  constructor(limit: number, windowMs: number, clock: Clock) {
    this.#limit = limit
    this.#windowMs = windowMs
    this.#clock = clock
  }

  /** Whole seconds until the contender may try again; undefined when it may now. */
  retryAfter(contender: string): number | undefined {
    const failed = this.#failures.get(contender)
    if (failed === undefined) return undefined
    const left = failed.since + this.#windowMs - this.#clock.now().getTime()
    if (left <= 0 || left > this.#windowMs) {
      this.#failures.delete(contender)
      return undefined
    }
    return failed.count >= this.#limit ? Math.ceil(left / 1000) : undefined
  }

  add(contender: string): void {
    const failed = this.#failures.get(contender)
    if (failed !== undefined) {
      failed.count++
      return
    }
    const oldest = this.#failures.keys().next()
    if (this.#failures.size >= MAX_CONTENDERS && oldest.done !== true) this.#failures.delete(oldest.value)
    this.#failures.set(contender, { count: 1, since: this.#clock.now().getTime() })
  }
}
