import { InvalidInput } from '../../domain/errors.js'
import { recordKey, type Aggregate, type Records } from '../../domain/records.js'
import type { Page, StoreTransfer } from '../../ports/store-transfer.js'
import { integer } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'
import { tableOf } from './schema.js'
import { TRANSFER_TABLES } from './transfer-tables.js'

/** More in one transaction would keep a server that uses the file waiting. */
const PUT_AT_ONCE = 500

const equal = (columns: readonly string[]): string => columns.map((column) => `${column} = :${column}`).join(' AND ')

/** Not `INSERT OR REPLACE`: it would take the row from its page, and a namesake out of the store. */
const upsertInto = (table: string, columns: readonly string[], key: readonly string[]): string => `
  INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})
  ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`

/** Pages go by rowid, which is the order of arrival. */
export class SqliteStoreTransfer implements StoreTransfer {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async read<A extends Aggregate>(aggregate: A, limit: number, after = '0'): Promise<Page<Records[A]>> {
    // One more than asked for tells whether there is another page.
    const sql = `SELECT rowid AS place, * FROM ${tableOf(aggregate)} WHERE rowid > :after ORDER BY rowid LIMIT :limit`
    const rows = await this.#store.read(() => this.#store.all(sql, { after: Number(after), limit: limit + 1 }))
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    const records = page.map((row) => TRANSFER_TABLES[aggregate].ofRow(row))
    return { records, ...(last !== undefined && rows.length > limit && { next: integer(last, 'place').toString() }) }
  }

  async get<A extends Aggregate>(aggregate: A, keys: readonly string[]): Promise<readonly Records[A][]> {
    const { keyOf, ofRow } = TRANSFER_TABLES[aggregate]
    const wanted = [...new Set(keys)].map(keyOf).filter((key) => key !== undefined)
    const rows = await this.#store.read(() => wanted.map((key) => this.#row(aggregate, key)))
    return rows.filter((row) => row !== undefined).map(ofRow)
  }

  async put<A extends Aggregate>(aggregate: A, records: readonly Records[A][]): Promise<void> {
    for (let begin = 0; begin < records.length; begin += PUT_AT_ONCE) {
      const together = records.slice(begin, begin + PUT_AT_ONCE)
      await this.#store.alone(() => {
        for (const record of together) this.#put(aggregate, record)
      })
    }
  }

  #row(aggregate: Aggregate, key: Row): Row | undefined {
    return this.#store.get(`SELECT * FROM ${tableOf(aggregate)} WHERE ${equal(Object.keys(key))}`, key)
  }

  #put<A extends Aggregate>(aggregate: A, record: Records[A]): void {
    const { keyOf, toRow, unique } = TRANSFER_TABLES[aggregate]
    const row = toRow(record)
    const key = Object.keys(keyOf(recordKey(aggregate, record)) ?? {})
    if (unique !== undefined) this.#refuseNamesake(aggregate, row, key, unique)
    this.#store.run(upsertInto(tableOf(aggregate), Object.keys(row), key), row)
  }

  #refuseNamesake(aggregate: Aggregate, row: Row, key: readonly string[], [column, words]: readonly [string, string]): void {
    const sql = `SELECT 1 FROM ${tableOf(aggregate)} WHERE ${column} = :${column} AND NOT (${equal(key)})`
    const parameters = Object.fromEntries([column, ...key].map((name) => [name, row[name] ?? null]))
    if (this.#store.get(sql, parameters) !== undefined)
      throw new InvalidInput(`${aggregate}: another one has the ${words} ${String(row[column])}`)
  }
}
