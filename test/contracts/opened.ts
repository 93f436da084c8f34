import type { Storage } from '../../ports/storage.js'

/** How another process opens the same store: it imports `module` and calls its default export, or the one named, with `args`. */
export interface Reopening {
  /** An absolute path or a file: URL. */
  readonly module: string
  readonly name?: string
  /** What structured cloning carries. */
  readonly args: readonly unknown[]
}

/** A store of its own for one test: empty. */
export interface Opened {
  readonly storage: Storage
  close(): Promise<void>
  /** For a store that several processes share. */
  readonly reopening?: Reopening
}
export type Open = () => Promise<Opened>

const TEST_TIMEOUT_MS = 60_000

/** Gives each test of the suite around it a prepared store. */
export function opening(open: Open): () => Storage {
  let opened: Opened | undefined
  beforeEach(async function () {
    // A race, or a store that is started first, takes longer than what a runner allows by default.
    this.timeout(TEST_TIMEOUT_MS)
    this.currentTest?.timeout(TEST_TIMEOUT_MS)
    opened = await open()
    await opened.storage.maintenance.prepare()
  })
  afterEach(async () => {
    await opened?.close()
    opened = undefined
  })
  return () => {
    if (opened === undefined) throw new Error('the store is open inside a test alone')
    return opened.storage
  }
}

export const CONTENDERS = 50

/** As many at once as a race has. */
export const contend = <Result>(attempt: (index: number) => Promise<Result>, contenders = CONTENDERS): Promise<Result[]> =>
  Promise.all(Array.from({ length: contenders }, (_, index) => attempt(index)))

export const winners = <Result>(results: readonly (Result | false | undefined)[]): Result[] =>
  results.filter((result): result is Result => result !== undefined && result !== false)

/** How the call failed; undefined when it did not. */
export async function failure(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  return undefined
}
