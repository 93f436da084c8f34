import { setTimeout as pause } from 'node:timers/promises'
import { StoreUnavailable } from '../../domain/errors.js'
import { AGGREGATES } from '../../domain/records.js'
import type { StoreMaintenance, StoreStatus } from '../../ports/store-maintenance.js'
import { integer } from './columns.js'
import type { Connection } from './connection.js'
import type { FilePlace } from './file-place.js'
import { migrate, planned } from './migrations.js'
import { tableOf, type Step } from './schema.js'
import { pendingOf, refuseNewer, schemaState } from './schema-state.js'
import { BREATH_MS } from './writer.js'

/** What a store need not keep: what has ended or expired. */
const OVER = {
  grants: ['ended_at <= :at', 'expires_at <= :at'],
  sessions: ['idle_expires_at <= :at', 'expires_at <= :at'],
  flows: ['spent_at <= :at', 'expires_at <= :at'],
  denied_tokens: ['expires_at <= :at'],
  attempts: ['until <= :at'],
} as const

/** As much as several ordinary writes need. The file grows by it once at most: pages that were let go are used again. */
const ROOM = `'room' || hex(zeroblob(8192))`

/** Rows removed in one transaction, so that nobody waits for long. */
const PRUNED_AT_ONCE = 200

/** One statement for each way in which a row is over: over two ways at once SQLite would read the whole table. */
export const pruneStatements = (table: keyof typeof OVER): readonly string[] =>
  OVER[table].map((over) => `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${over} LIMIT ${PRUNED_AT_ONCE})`)

export class SqliteStoreMaintenance implements StoreMaintenance {
  readonly #store: Connection
  readonly #place: FilePlace
  readonly #steps: readonly Step[]
  #wasReady = false

  constructor(store: Connection, place: FilePlace, steps: readonly Step[]) {
    this.#store = store
    this.#place = place
    this.#steps = steps
  }

  /** A newer schema is refused by those that start with it; those that were ready before it came run on (see `Step`). */
  async ready(): Promise<void> {
    await this.#place.mustLeadHere()
    const state = await this.#store.read(() => schemaState(this.#store, this.#steps))
    if (!this.#wasReady) refuseNewer(state, this.#store.path)
    if (state.tasks.length > 0) {
      const lacks = state.isEmpty ? 'has no schema yet' : `lacks a part of its schema (${pendingOf(state).join(', ')})`
      throw new StoreUnavailable(`the store ${this.#store.path} ${lacks}: run \`portcullis store prepare\``)
    }
    await this.#store.mustTakeWrites(() => this.#takeRoom(), !this.#wasReady)
    this.#wasReady = true
  }

  async status(): Promise<StoreStatus> {
    return this.#store.read(() => {
      const state = schemaState(this.#store, this.#steps)
      const rows = AGGREGATES.map((name) => [name, state.there.has(tableOf(name)) ? this.#count(tableOf(name)) : 0] as const)
      const schema = { version: state.version, wanted: state.wanted, pending: pendingOf(state) }
      return { store: 'sqlite', schema, rows: Object.fromEntries(rows) }
    })
  }

  async isEmpty(): Promise<boolean> {
    return this.#store.read(() => schemaState(this.#store, this.#steps).isEmpty)
  }

  async prepare({ dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<readonly string[]> {
    return dryRun ? this.#store.read(() => planned(this.#store, this.#steps)) : migrate(this.#store, this.#steps)
  }

  async prune(at: Date): Promise<Readonly<Record<string, number>>> {
    return {
      grants: await this.#remove('grants', at),
      sessions: await this.#remove('sessions', at),
      flows: await this.#remove('flows', at),
      deniedTokens: await this.#remove('denied_tokens', at),
      attempts: await this.#remove('attempts', at),
    }
  }

  async close(): Promise<void> {
    await this.#store.close()
  }

  /** To be run inside `alone`. */
  #takeRoom(): void {
    this.#store.run(`INSERT INTO attempts (key, count, until) VALUES (${ROOM}, 0, 0)`)
    this.#store.run(`DELETE FROM attempts WHERE key = ${ROOM}`)
  }

  #count(table: string): number {
    const row = this.#store.get(`SELECT count(*) AS rows FROM ${table}`)
    return row === undefined ? 0 : integer(row, 'rows')
  }

  async #remove(table: keyof typeof OVER, at: Date): Promise<number> {
    let total = 0
    for (const sql of pruneStatements(table)) {
      for (let removed = PRUNED_AT_ONCE; removed === PRUNED_AT_ONCE; total += removed) {
        removed = await this.#store.write(() => this.#store.run(sql, { at: at.getTime() }))
        if (removed === PRUNED_AT_ONCE) await pause(BREATH_MS)
      }
    }
    return total
  }
}
