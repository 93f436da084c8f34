import { MongoBulkWriteError } from 'mongodb'
import { InvalidInput } from '../../domain/errors.js'
import type { Aggregate, Records } from '../../domain/records.js'
import type { Page, StoreTransfer } from '../../ports/store-transfer.js'
import type { Connection } from './connection.js'
import { documentOf, recordOf, type Stored } from './documents.js'
import { isDuplicate, isPassing } from './failures.js'
import { text } from './values.js'

/** Each such batch has the time of a request. */
const PUT_AT_ONCE = 100

const UNIQUE: Partial<Record<Aggregate, { readonly field: string; readonly words: string }>> = {
  users: { field: 'username', words: 'the user name' },
  keys: { field: 'ordinal', words: 'the ordinal' },
}

export class MongoStoreTransfer implements StoreTransfer {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async read<A extends Aggregate>(aggregate: A, limit: number, after?: string): Promise<Page<Records[A]>> {
    const filter = after === undefined ? {} : { _id: { $gt: text(after) } }
    const page = { sort: { _id: 1 }, hint: { _id: 1 }, limit: limit + 1 } as const
    const found = await this.#store.ask((within) =>
      this.#store
        .collection(aggregate)
        .find(filter, { ...within(), ...page })
        .toArray(),
    )
    const documents = found.slice(0, limit)
    const last = documents.at(-1)
    const records = documents.map((document) => recordOf(aggregate, document))
    return found.length > limit && last !== undefined ? { records, next: last._id } : { records }
  }

  async get<A extends Aggregate>(aggregate: A, keys: readonly string[]): Promise<readonly Records[A][]> {
    const filter = { _id: { $in: keys.map(text) } }
    const documents = await this.#store.ask((within) => this.#store.collection(aggregate).find(filter, within()).toArray())
    return documents.map((document) => recordOf(aggregate, document))
  }

  async put<A extends Aggregate>(aggregate: A, records: readonly Records[A][]): Promise<void> {
    for (let done = 0; done < records.length; done += PUT_AT_ONCE) {
      await this.#replace(
        aggregate,
        records.slice(done, done + PUT_AT_ONCE).map((record) => documentOf(aggregate, record)),
      )
    }
  }

  async #replace(aggregate: Aggregate, documents: readonly Stored[]): Promise<void> {
    const replacements = documents.map(({ _id, ...replacement }) => ({ replaceOne: { filter: { _id }, replacement, upsert: true } }))
    try {
      await this.#store.ask(
        (within) => this.#store.collection(aggregate).bulkWrite(replacements, { ...within(), ordered: false }),
        // Two that insert one key at once: one must replace.
        { repeats: (error) => isPassing(error) || (isDuplicate(error) && taken(error, aggregate, documents) === undefined) },
      )
    } catch (error) {
      throw taken(error, aggregate, documents) ?? error
    }
  }
}

/** Which value belongs to another record, if that is what went wrong. */
function taken(error: unknown, aggregate: Aggregate, documents: readonly Stored[]): InvalidInput | undefined {
  const unique = UNIQUE[aggregate]
  if (unique === undefined || !(error instanceof MongoBulkWriteError) || !isDuplicate(error)) return undefined
  const failed = [error.writeErrors].flat().find(({ errmsg }) => errmsg?.includes(`dup key: { ${unique.field}:`))
  const value = failed && documents[failed.index]?.[unique.field]
  return value === undefined
    ? undefined
    : new InvalidInput(`${unique.words} ${JSON.stringify(value)} belongs to another record of ${aggregate}`)
}
