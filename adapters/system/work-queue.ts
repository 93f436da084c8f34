import { Busy } from '../../domain/errors.js'

export interface WorkQueueLimits {
  /** Jobs at the same time. */
  readonly concurrency: number
  /** Jobs that may wait. */
  readonly length: number
  /** How long one may wait, in milliseconds. */
  readonly patienceMs: number
}

/** Runs expensive jobs in the order in which they came, a few at a time. */
export class WorkQueue {
  readonly #limits: WorkQueueLimits
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor(limits: WorkQueueLimits) {
    this.#limits = limits
  }

  /** What the job resolves to. Throws Busy, without having started it, when too many wait or the wait was too long. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limits.concurrency) await this.#turn()
    else this.#running++
    try {
      return await job()
    } finally {
      this.#passOn()
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.size >= this.#limits.length) throw new Busy('too many wait')
    await new Promise<void>((begin, refuse) => {
      const start = () => {
        clearTimeout(timer)
        begin()
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(start)
        refuse(new Busy('the wait was too long'))
      }, this.#limits.patienceMs)
      this.#waiting.add(start)
    })
  }

  /** Hands the place of a finished job to the one that waits longest, so that no newcomer slips in between. */
  #passOn(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#running--
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
