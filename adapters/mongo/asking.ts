/** Milliseconds after which a store that does not answer counts as unavailable; below the 5 s that a request may take. */
export const PATIENCE_MS = 4_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250

/** What is left of the time of a call, as options of the next statement; when it is over, the driver drops what has not been answered. */
export type Within = () => { readonly maxTimeMS: number; readonly signal: AbortSignal }

/** The time is over, and nobody knows what became of the statement. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

export interface Asking {
  /** Whether an error leaves it open what happened, or says that nothing did and that the same may succeed in a moment. */
  readonly repeats: (error: unknown) => boolean
  readonly patienceMs?: number
}

/**
 * Runs it until its outcome is known or the time is over. `run` may therefore be run again after it took effect, also while an earlier run is still
 * on its way: it recognizes its own work by a mark that was made outside of it. The last error is thrown.
 */
export async function ask<T>(run: (within: Within) => Promise<T>, { repeats, patienceMs = PATIENCE_MS }: Asking): Promise<T> {
  const until = performance.now() + patienceMs
  // 0 would mean without limit.
  const left = (): number => Math.max(1, Math.floor(until - performance.now()))
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(new TimedOut('the time is over')), patienceMs)
  const within: Within = () => ({ maxTimeMS: left(), signal: ending.signal })
  try {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await unlessAborted(run(within), ending.signal)
      } catch (error) {
        if (!repeats(error) || left() <= pause) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  } finally {
    clearTimeout(timer)
  }
}

/** The driver heeds a signal in most phases of a statement, and its limits are for each phase, not for their sum. */
async function unlessAborted<T>(outcome: Promise<T>, signal: AbortSignal): Promise<T> {
  let over: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    over = () => reject(signal.reason as TimedOut)
    signal.addEventListener('abort', over)
  })
  try {
    return await Promise.race([outcome, aborted])
  } finally {
    if (over !== undefined) signal.removeEventListener('abort', over)
  }
}
