import cluster, { type Worker } from 'node:cluster'
import { StoreUnavailable } from '../domain/errors.js'

const QUESTION = 'is your store ready?'
/** Shorter than what an answer to `/readyz` may take. */
const ANSWER_WITHIN_MS = 1_500

/** Null when nothing is missing. */
interface Answer {
  readonly storeLacks: string | null
}

/** In a worker: answers the primary. */
export function answerPrimary(ready: () => Promise<void>): void {
  process.on('message', (message) => {
    if (message !== QUESTION) return
    void ready()
      .then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
      )
      .then((storeLacks) => process.connected && process.send?.({ storeLacks } satisfies Answer))
  })
}

/** What each worker that listens said last, and who waits for its next answer. */
class Asked {
  readonly #worker: Worker
  #storeLacks: string | null = null
  #waiting: (() => void)[] = []

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: unknown) => {
      if (typeof message !== 'object' || message === null || !('storeLacks' in message)) return
      this.#storeLacks = (message as Answer).storeLacks
      for (const go of this.#waiting.splice(0)) go()
    })
  }

  /** Of a worker that does not answer in time, what it said last. One question is on its way at a time. */
  async storeLacks(): Promise<string | null> {
    const answered = new Promise<void>((go) => this.#waiting.push(go))
    if (this.#waiting.length === 1) this.#worker.send(QUESTION, () => undefined)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((go) => {
      timer = setTimeout(() => {
        this.#waiting = []
        go()
      }, ANSWER_WITHIN_MS)
    })
    await Promise.race([answered, late])
    clearTimeout(timer)
    return this.#storeLacks
  }
}

const asked = new Map<Worker, Asked>()
cluster.on('listening', (worker) => {
  if (!asked.has(worker)) asked.set(worker, new Asked(worker))
})
cluster.on('exit', (worker) => asked.delete(worker))

/** In the primary, which writes nothing itself: only who writes learns that the disk takes nothing more. Rejects with what the store of a worker lacks. */
export async function workersReady(): Promise<void> {
  const answers = await Promise.all([...asked.values()].map((worker) => worker.storeLacks()))
  const lacks = answers.find((answer) => typeof answer === 'string')
  if (lacks !== undefined) throw new StoreUnavailable(lacks)
}
