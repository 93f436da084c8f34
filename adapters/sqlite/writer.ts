import { isBusy } from './failures.js'
import type { Database } from './driver.js'

/** Milliseconds after which a locked store counts as unavailable; below the 5 s that a request may take. */
const PATIENCE_MS = 4_000
/** To wait between batches of one's own: longer than other processes wait between two attempts, so that they get the lock meanwhile. */
export const BREATH_MS = 5
/** More in one batch would keep the event loop for too long. */
const LARGEST_BATCH = 500

export interface WriterOptions {
  /** False commits each write by itself. */
  readonly groupCommit: boolean
}

interface Job {
  readonly until: number
  /** Does the work; what it returns tells the caller. */
  readonly run: () => () => void
  readonly fail: (error: unknown) => void
}

/** 1 to 3 ms, so that processes that wait for one another do not march in step. */
const shortWait = (): number => 1 + (Math.trunc(performance.now() * 1_000) % 3)

/** Repeats `run` while another process holds the lock; throws SQLite's error when it held it for too long. */
export async function patiently<T>(run: () => T, patienceMs = PATIENCE_MS): Promise<T> {
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      return run()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, shortWait()))
  }
}

/** All or nothing. */
export function transaction<T>(db: Database, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/**
 * Group commit: what is written in one turn of the event loop shares one transaction, and so one wait for the disk. Nobody is answered before the
 * commit. A run that throws fails alone, so it makes its one change last; runs may be repeated when the store was busy.
 */
export class Writer {
  readonly #db: Database
  readonly #batch: number
  #queue: Job[] = []
  #scheduled = false
  #idle: (() => void)[] = []

  constructor(db: Database, { groupCommit }: WriterOptions) {
    this.#db = db
    this.#batch = groupCommit ? LARGEST_BATCH : 1
  }

  write<T>(run: () => T, patienceMs = PATIENCE_MS): Promise<T> {
    return new Promise<T>((ok, no) => {
      const job: Job = {
        until: performance.now() + patienceMs,
        run: () => {
          const result = run()
          return () => ok(result)
        },
        fail: no,
      }
      this.#queue.push(job)
      if (!this.#scheduled) this.#soon()
    })
  }

  /** Resolves when everything that was asked for is written or refused. */
  async drained(): Promise<void> {
    if (this.#scheduled) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #soon(): void {
    this.#scheduled = true
    setImmediate(() => this.#next())
  }

  #next(): void {
    const jobs = this.#queue.splice(0, this.#batch)
    try {
      this.#commit(jobs)
      this.#rest()
    } catch (error) {
      if (isBusy(error)) this.#again(jobs, error)
      else this.#giveUp(jobs, error)
    }
  }

  #commit(jobs: readonly Job[]): void {
    const answers = transaction(this.#db, () => jobs.map((job) => this.#attempt(job)))
    for (const answer of answers) answer()
  }

  /** Some errors undo the whole transaction, which then is everybody's failure. */
  #attempt(job: Job): () => void {
    try {
      return job.run()
    } catch (error) {
      if (isBusy(error) || !this.#db.isTransaction) throw error
      return () => job.fail(error)
    }
  }

  #again(jobs: readonly Job[], error: unknown): void {
    const now = performance.now()
    const queue = [...jobs, ...this.#queue]
    this.#queue = queue.filter((job) => job.until > now)
    for (const job of queue) if (job.until <= now) job.fail(error)
    if (this.#queue.length === 0) this.#rest()
    else setTimeout(() => this.#next(), shortWait())
  }

  #giveUp(jobs: readonly Job[], error: unknown): void {
    for (const job of jobs) job.fail(error)
    this.#rest()
  }

  #rest(): void {
    if (this.#queue.length > 0) {
      this.#soon()
      return
    }
    this.#scheduled = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
