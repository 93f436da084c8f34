import type { Attempts } from '../../domain/attempts.js'
import type { AttemptCounter } from '../../ports/attempt-counter.js'
import type { Rows } from './rows.js'

export class MemoryAttemptCounter implements AttemptCounter {
  readonly #attempts: Rows['attempts']

  constructor({ attempts }: Pick<Rows, 'attempts'>) {
    this.#attempts = attempts
  }

  async reserve(key: string, at: Date, until: Date): Promise<Attempts> {
    const before = this.#attempts.get(key)
    const isOpen = before !== undefined && before.until > at && before.until <= until
    const after = isOpen ? { ...before, count: before.count + 1 } : { key, count: 1, until }
    if (!this.#attempts.replace(after)) this.#attempts.add(after)
    return after
  }

  async giveBack(key: string, until: Date): Promise<void> {
    const before = this.#attempts.get(key)
    if (before?.until.getTime() !== until.getTime()) return
    this.#attempts.replace({ ...before, count: Math.max(0, before.count - 1) })
  }
}
