import type { Filter } from 'mongodb'
import type { Aggregate, Records } from '../../domain/records.js'
import type { Connection } from './connection.js'
import { recordOf, type Stored } from './documents.js'

type Order = Readonly<Record<string, 1>>

export const OLDEST_FIRST: Order = { createdAt: 1, _id: 1 }

/** Documents read by one statement, so that it ends in the time of a request. */
const LISTED_AT_ONCE = 1_000

export async function listed<A extends Aggregate>(
  store: Connection,
  aggregate: A,
  filter: Filter<Stored>,
  order: Order,
): Promise<readonly Records[A][]> {
  const documents = await found(store, aggregate, filter)
  // Made once for each, not once for each comparison.
  const keyed = documents.map((document) => ({ document, key: Object.keys(order).map((field) => comparable(document[field])) }))
  return keyed.sort((a, b) => compared(a.key, b.key)).map(({ document }) => recordOf(aggregate, document))
}

/** What is more than one statement reads is read in pages by key, like a transfer; few need no order, so that nothing but the filter chooses their index. */
async function found(store: Connection, aggregate: Aggregate, filter: Filter<Stored>): Promise<Stored[]> {
  const all = store.collection(aggregate).find.bind(store.collection(aggregate))
  // Without a condition the server would read the collection as it lies on its disk.
  const byKey = Object.keys(filter).length === 0 ? { hint: { _id: 1 } } : {}
  const page = (which: Filter<Stored>, sort = {}) =>
    store.ask((within) => all(which, { ...within(), ...byKey, ...sort, limit: LISTED_AT_ONCE }).toArray())
  const few = await page(filter)
  if (few.length < LISTED_AT_ONCE) return few
  const documents: Stored[] = []
  for (let last: Stored | undefined; ;) {
    const rest = last === undefined ? filter : { $and: [filter, { _id: { $gt: last._id } }] }
    const next = await page(rest, { sort: { _id: 1 } })
    documents.push(...next)
    last = next.at(-1)
    if (next.length < LISTED_AT_ONCE) return documents
  }
}

/** Text is ordered by its UTF-8 bytes. */
const comparable = (value: unknown): Buffer | number => (typeof value === 'string' ? Buffer.from(value) : Number(value))

function compared(one: readonly (Buffer | number)[], other: readonly (Buffer | number)[]): number {
  for (const [index, a] of one.entries()) {
    const b = other[index]
    const difference = Buffer.isBuffer(a) && Buffer.isBuffer(b) ? Buffer.compare(a, b) : Number(a) - Number(b)
    if (difference !== 0) return difference
  }
  return 0
}
