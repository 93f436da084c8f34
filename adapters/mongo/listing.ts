import type { Filter } from 'mongodb'
import type { Aggregate, Records } from '../../domain/records.js'
import type { Connection } from './connection.js'
import { recordOf, type Stored } from './documents.js'

type Order = Readonly<Record<string, 1>>

export const OLDEST_FIRST: Order = { createdAt: 1, _id: 1 }

/** Text is ordered by its UTF-8 bytes. */
export async function listed<A extends Aggregate>(
  store: Connection,
  aggregate: A,
  filter: Filter<Stored>,
  order: Order,
): Promise<readonly Records[A][]> {
  const all = store.collection(aggregate).find.bind(store.collection(aggregate))
  // Without a condition the server would read the collection as it lies on its disk, and sort afterwards.
  const byKey = Object.keys(filter).length === 0 && !('username' in order || 'ordinal' in order) ? { hint: { _id: 1 } } : {}
  const documents = await store.ask((within) => all(filter, { ...within(), ...byKey, sort: { ...order } }).toArray())
  return documents.map((document) => recordOf(aggregate, document))
}
