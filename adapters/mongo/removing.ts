import type { Filter } from 'mongodb'
import type { Aggregate } from '../../domain/records.js'
import { inBatches } from './batches.js'
import type { Connection } from './connection.js'
import type { Stored } from './documents.js'
import { changingAll, isThere, newMark } from './statements.js'

/** Who removes it. A document that is gone could not say who removed it, so removing is two steps: claim it, then delete what is claimed. */
const CLAIM = 'removedBy'

/** True for the one call that claimed it; a call that lost deletes as well, in case the winner was interrupted. */
export async function removeOne(store: Connection, aggregate: Aggregate, _id: string): Promise<boolean> {
  const collection = store.collection(aggregate)
  const mark = newMark()
  let isOurs = false
  return store.ask(async (within) => {
    if (!isOurs) {
      const { modifiedCount } = await collection.updateOne({ _id, [CLAIM]: null }, { $set: { [CLAIM]: mark } }, within())
      isOurs = modifiedCount === 1 || (await isThere(collection, { _id, [CLAIM]: mark }, within))
    }
    await collection.deleteOne({ _id, [CLAIM]: { $exists: true } }, within())
    return isOurs
  })
}

/** How many this call claimed; none is counted by two calls. What others claimed and did not come to delete goes as well. */
export async function removeAll(store: Connection, aggregate: Aggregate, filter: Filter<Stored>): Promise<number> {
  return inBatches(store, aggregate, filter, (among) => removeEach(store, aggregate, { ...filter, ...among }))
}

async function removeEach(store: Connection, aggregate: Aggregate, filter: Filter<Stored>): Promise<number> {
  const collection = store.collection(aggregate)
  const mark = { [CLAIM]: newMark() }
  const claim = changingAll(collection, { ...filter, [CLAIM]: null }, { $set: mark }, { ...filter, ...mark })
  let claimed: number | undefined
  return store.ask(async (within) => {
    claimed ??= await claim(within)
    await collection.deleteMany({ ...filter, [CLAIM]: { $exists: true } }, within())
    return claimed
  })
}
