import { InvalidInput } from '../../domain/errors.js'
import { recordKey, type Aggregate, type Records } from '../../domain/records.js'
import type { SigningKey } from '../../domain/signing-key.js'
import type { User } from '../../domain/user.js'
import type { Page, StoreTransfer } from '../../ports/store-transfer.js'
import type { Copies } from './copies.js'
import { byText } from './order.js'
import type { Rows } from './rows.js'

/** Pages go by key. */
export class MemoryStoreTransfer implements StoreTransfer {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  async read<A extends Aggregate>(aggregate: A, limit: number, after?: string): Promise<Page<Records[A]>> {
    const keyOf = (record: Records[A]) => recordKey(aggregate, record)
    const all = this.#of(aggregate).all().sort(byText(keyOf))
    const begin = after === undefined ? 0 : all.findIndex((record) => isAfter(keyOf(record), after))
    const records = begin < 0 ? [] : all.slice(begin, begin + limit)
    const last = records.at(-1)
    return { records, ...(last !== undefined && begin + limit < all.length && { next: keyOf(last) }) }
  }

  async get<A extends Aggregate>(aggregate: A, keys: readonly string[]): Promise<readonly Records[A][]> {
    const wanted = new Set(keys)
    return this.#of(aggregate).all((record) => wanted.has(recordKey(aggregate, record)))
  }

  async put<A extends Aggregate>(aggregate: A, records: readonly Records[A][]): Promise<void> {
    const rows = this.#of(aggregate)
    const names = NAMES[aggregate]
    for (const record of records) {
      const key = recordKey(aggregate, record)
      const isItself = (row: Records[A]) => recordKey(aggregate, row) === key
      const namesake = names && rows.find((row) => !isItself(row) && names.of(row) === names.of(record))
      if (names && namesake) throw new InvalidInput(`${aggregate}: another one has the ${names.word} ${String(names.of(record))}`)
      if (rows.replace(record)) continue
      rows.deleteAll(isItself)
      rows.add(record)
    }
  }

  #of<A extends Aggregate>(aggregate: A): Copies<unknown, Records[A]> {
    return this.#rows[aggregate] as unknown as Copies<unknown, Records[A]>
  }
}

const isAfter = (key: string, after: string): boolean => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0

/** What must be unique beside the key. */
interface Name<Record> {
  readonly word: string
  readonly of: (record: Record) => string | number
}
const NAMES: { readonly [A in Aggregate]?: Name<Records[A]> } = {
  users: { word: 'user name', of: ({ username }: User) => username },
  keys: { word: 'ordinal', of: ({ ordinal }: SigningKey) => ordinal },
}
