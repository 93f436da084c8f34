import type { Aggregate, Records } from '../../domain/records.js'
import type { Connection } from './connection.js'
import { documentOf } from './documents.js'
import { isDuplicate } from './failures.js'
import { isThere, newMark } from './statements.js'

/**
 * Adds and never replaces; false when its key, or another value that must be unique, is taken. A call that asks again finds what it added by its
 * mark, so that its own document does not look like somebody else's.
 */
export async function add<A extends Aggregate>(store: Connection, aggregate: A, record: Records[A]): Promise<boolean> {
  const collection = store.collection(aggregate)
  const { _id, ...fields } = documentOf(aggregate, record)
  const addedBy = newMark()
  return store.ask(async (within) => {
    try {
      await collection.insertOne({ ...fields, _id, addedBy }, within())
      return true
    } catch (error) {
      if (!isDuplicate(error)) throw error
      return isThere(collection, { _id, addedBy }, within)
    }
  })
}
