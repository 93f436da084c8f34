import { randomInt } from 'node:crypto'

const SWEEP_EVERY_MS = 60_000
/** Each wait is longer or shorter by at most this, so that several processes on one store do not sweep together. */
const JITTER_MS = 15_000

export interface Sweeper {
  stop(): void
}

/** Calls `work` in so many milliseconds, unless what it answers is called before. */
export type Later = (work: () => void, ms: number) => () => void

const laterByTimer: Later = (work, ms) => {
  const timer = setTimeout(work, ms)
  return () => {
    clearTimeout(timer)
  }
}

/** Does `sweep` about once a minute until it is stopped; the wait begins when the sweep before has ended, well or badly. */
export function startSweeper(sweep: () => Promise<unknown>, failed: (error: unknown) => void, later: Later = laterByTimer): Sweeper {
  const state = { isStopped: false, cancel: (): void => undefined }
  const run = async () => {
    try {
      await sweep()
    } catch (error) {
      // Stopping closes the store, in the middle of a sweep too: the next process goes on with it.
      if (!state.isStopped) failed(error)
    }
    if (!state.isStopped) wait()
  }
  const wait = () => {
    state.cancel = later(() => void run(), SWEEP_EVERY_MS + randomInt(-JITTER_MS, JITTER_MS + 1))
  }
  wait()
  return {
    stop: () => {
      state.isStopped = true
      state.cancel()
    },
  }
}
