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

const listening = new WeakSet<Worker>()
cluster.on('listening', (worker) => listening.add(worker))

/**
 * In the primary, which writes nothing itself: only who writes learns that the disk takes nothing more. Rejects with what the store of a worker
 * lacks; a worker that does not answer in time says nothing about its store.
 */
export async function workersReady(): Promise<void> {
  const asked = Object.values(cluster.workers ?? {}).filter((worker): worker is Worker => worker !== undefined && listening.has(worker))
  const answers = await Promise.all(asked.map(askWorker))
  const lacks = answers.find((answer) => typeof answer === 'string')
  if (lacks !== undefined) throw new StoreUnavailable(lacks)
}

function askWorker(worker: Worker): Promise<string | null> {
  return new Promise((resolve) => {
    const end = (storeLacks: string | null) => {
      clearTimeout(timer)
      worker.off('message', listen)
      resolve(storeLacks)
    }
    const listen = (message: unknown) => {
      if (typeof message === 'object' && message !== null && 'storeLacks' in message) end((message as Answer).storeLacks)
    }
    const timer = setTimeout(end, ANSWER_WITHIN_MS, null)
    worker.on('message', listen)
    worker.send(QUESTION, (error) => {
      if (error !== null) end(null)
    })
  })
}
