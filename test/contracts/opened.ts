import type { Storage } from '../../ports/storage.js'

/** A store of its own for one test: empty. */
export interface Opened {
  readonly storage: Storage
  close(): Promise<void>
}
export type Open = () => Promise<Opened>

/** Gives each test of the suite around it a prepared store. */
export function opening(open: Open): () => Storage {
  let opened: Opened | undefined
  beforeEach(async () => {
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
