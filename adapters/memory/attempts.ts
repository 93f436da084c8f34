import { counted, givenBack, type Attempts } from '../../domain/attempts.js'
import type { AttemptCounter } from '../../ports/attempt-counter.js'
import type { Rows } from './rows.js'

export class MemoryAttemptCounter implements AttemptCounter {
  readonly #attempts: Rows['attempts']

  constructor({ attempts }: Pick<Rows, 'attempts'>) {
    this.#attempts = attempts
  }

  async reserve(key: string, at: Date, until: Date): Promise<Attempts> {
    const after = counted(this.#attempts.get(key), key, at, until)
    if (!this.#attempts.replace(after)) this.#attempts.add(after)
    return this.#attempts.get(key) ?? after
  }

  async giveBack(key: string, until: Date): Promise<void> {
    const before = this.#attempts.get(key)
    const after = before && givenBack(before, until)
    if (after !== undefined) this.#attempts.replace(after)
  }
}
