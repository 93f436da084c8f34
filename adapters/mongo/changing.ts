import type { Filter } from 'mongodb'
import type { Aggregate } from '../../domain/records.js'
import type { Connection } from './connection.js'
import type { Stored } from './documents.js'
import { isThere, newMark, noting } from './statements.js'

/**
 * Changes the one document that is `open` (the whole precondition, its `_id` included); whether it was this call that did. A call that asks again
 * finds its change by its mark, so that it neither changes twice nor takes its own work for somebody else's.
 */
export async function changeOnce(
  store: Connection,
  aggregate: Aggregate,
  open: Filter<Stored> & { readonly _id: string },
  change: object,
): Promise<boolean> {
  const collection = store.collection(aggregate)
  const mark = newMark()
  const update = noting(mark, change)
  return store.ask(async (within) => {
    const { modifiedCount } = await collection.updateOne({ ...open, changedBy: { $ne: mark } }, update, within())
    return modifiedCount === 1 || isThere(collection, { _id: open._id, changedBy: mark }, within)
  })
}
