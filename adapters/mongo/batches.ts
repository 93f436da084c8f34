import type { Filter } from 'mongodb'
import type { Aggregate } from '../../domain/records.js'
import type { Connection } from './connection.js'
import type { Stored } from './documents.js'

/** Documents changed by one statement, so that it ends in the time of a request and nobody waits for long. */
const CHANGED_AT_ONCE = 200
/** More, because each look passes over what was changed before. */
const FOUND_AT_ONCE = 5_000

/** Of those that match, so many at most. */
export async function idsOf(store: Connection, aggregate: Aggregate, filter: Filter<Stored>, limit: number): Promise<readonly string[]> {
  const options = { projection: { _id: 1 }, limit } as const
  const documents = await store.ask((within) =>
    store
      .collection(aggregate)
      .find(filter, { ...within(), ...options })
      .toArray(),
  )
  return documents.map(({ _id }) => _id)
}

/**
 * Has all that match changed, however many, so that they match no more; how many were. `change` is told which among those that match, and answers
 * how many of them it changed. The last statement is for whatever matches: as a write it is confirmed by the majority, and with it that nothing is
 * left, while a find may have asked a primary that was deposed. Where it changed fewer than were found, others were faster, or a document moved from
 * shard to shard past a statement that goes to all of them: so it is looked again.
 */
export async function inBatches(
  store: Connection,
  aggregate: Aggregate,
  filter: Filter<Stored>,
  change: (among: Filter<Stored>) => Promise<number>,
): Promise<number> {
  for (let total = 0; ;) {
    const ids = await idsOf(store, aggregate, filter, FOUND_AT_ONCE)
    if (ids.length < CHANGED_AT_ONCE) {
      const changed = await change({})
      total += changed
      if (changed >= ids.length) return total
    } else
      for (let done = 0; done < ids.length; done += CHANGED_AT_ONCE)
        total += await change({ _id: { $in: ids.slice(done, done + CHANGED_AT_ONCE) } })
  }
}
