import cluster from 'node:cluster'
import type { createLogger } from '../adapters/system/logger.js'
import type { StoreMaintenance } from '../ports/store-maintenance.js'
import { answerPrimary, workersReady } from './worker-readiness.js'

/** Whether this process and its workers may get requests: their store is ready, and what a process does first has been done on it. */
export class Readiness implements Pick<StoreMaintenance, 'ready'> {
  readonly #store: Pick<StoreMaintenance, 'ready'>
  readonly #first: () => Promise<void>
  readonly #logger: ReturnType<typeof createLogger>
  #begun: Promise<void> | undefined
  #said: string | undefined

  constructor(store: Pick<StoreMaintenance, 'ready'>, first: () => Promise<void>, logger: ReturnType<typeof createLogger>) {
    this.#store = store
    this.#first = first
    this.#logger = logger
    if (cluster.isWorker) answerPrimary(() => this.ready())
  }

  /** Does what comes first as soon as the store is ready, once; tried again when it failed. Rejects with what is missing, and says it in the log when it changes. */
  async ready(): Promise<void> {
    try {
      await Promise.all([this.#store.ready(), workersReady()])
      await this.#firstThings()
    } catch (error) {
      this.#say(String(error))
      throw error
    }
    this.#say(undefined)
  }

  async #firstThings(): Promise<void> {
    const begun = (this.#begun ??= this.#first())
    try {
      await begun
    } catch (error) {
      if (this.#begun === begun) this.#begun = undefined
      throw error
    }
  }

  #say(reason: string | undefined): void {
    if (reason === this.#said) return
    this.#said = reason
    if (reason === undefined) this.#logger.info('the store is ready')
    else this.#logger.error({ reason }, 'the store is not ready')
  }
}
