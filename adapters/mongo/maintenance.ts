import { StoreUnavailable } from '../../domain/errors.js'
import { AGGREGATES } from '../../domain/records.js'
import type { StoreMaintenance, StoreStatus } from '../../ports/store-maintenance.js'
import { idsOf } from './batches.js'
import { confirmed, type Connection } from './connection.js'
import { isPassing, isUnconfirmed } from './failures.js'
import { migrate, planned } from './migrations.js'
import type { Step } from './schema.js'
import { collectionsThere, recorded, refuseNewer, schemaState, wordsFor } from './schema-state.js'
import { NOTHING } from './statements.js'

/** Readiness is asked for every few seconds, so it does not wait for as long as a request. */
const READY_WITHIN_MS = 2_000
/** Less, so that it is the server that says that no majority confirms. */
const CONFIRMED_WITHIN_MS = 1_500
/** Documents removed by one statement, so that nobody waits for long. */
const PRUNED_AT_ONCE = 500

/** The fields whose time has come when a document is over. */
const OVER = {
  grants: ['endedAt', 'expiresAt'],
  sessions: ['idleExpiresAt', 'expiresAt'],
  flows: ['spentAt', 'expiresAt'],
  deniedTokens: ['expiresAt'],
  attempts: ['until'],
} as const

export class MongoStoreMaintenance implements StoreMaintenance {
  readonly #store: Connection
  readonly #steps: readonly Step[]
  /** When it was last looked at. */
  #schema: 'unknown' | 'right' | 'lost' = 'unknown'

  constructor(store: Connection, steps: readonly Step[]) {
    this.#store = store
    this.#steps = steps
  }

  /** The schema is looked at until it was right once, and again when it was lost: a newer server that prepares the store must not stop those that run. */
  async ready(): Promise<void> {
    if (this.#schema === 'unknown') await this.#mustBeRight()
    if (!(await this.#isRecorded())) {
      this.#schema = 'lost'
      const remedy = 'restore it from a backup, or drop it and run `portcullis store prepare`'
      throw new StoreUnavailable(`the store ${this.#store.address} was dropped while it was served: ${remedy}`)
    }
    if (this.#schema === 'lost') await this.#mustBeRight()
    this.#schema = 'right'
  }

  async status(): Promise<StoreStatus> {
    const { version, wanted, tasks } = await schemaState(this.#store, this.#steps)
    const rows = await Promise.all(AGGREGATES.map(async (name) => [name, await this.#count(name)] as const))
    return { store: 'mongodb', schema: { version, wanted, pending: tasks.map(wordsFor) }, rows: Object.fromEntries(rows) }
  }

  /** Also when a first preparation was interrupted before anything was saved: then serving goes on with it. */
  async isEmpty(): Promise<boolean> {
    return this.#store.ask(async (within) => {
      if ((await recorded(this.#store.db).findOne({ _id: 'schema' }, within())) !== null) return false
      for (const name of (await collectionsThere(this.#store.db, within)).keys())
        if ((await this.#store.db.collection(name).findOne({}, { ...within(), hint: { _id: 1 } })) !== null) return false
      return true
    })
  }

  async prepare({ dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<readonly string[]> {
    return dryRun ? planned(this.#store, this.#steps) : migrate(this.#store, this.#steps, await this.isEmpty())
  }

  async prune(at: Date): Promise<Readonly<Record<string, number>>> {
    return {
      grants: await this.#remove('grants', at),
      sessions: await this.#remove('sessions', at),
      flows: await this.#remove('flows', at),
      deniedTokens: await this.#remove('deniedTokens', at),
      attempts: await this.#remove('attempts', at),
    }
  }

  async close(): Promise<void> {
    await this.#store.close()
  }

  async #mustBeRight(): Promise<void> {
    const state = await schemaState(this.#store, this.#steps)
    refuseNewer(state, this.#store.address)
    if (state.tasks.length === 0) return
    const lacks = `lacks a part of its schema (${state.tasks.map(wordsFor).join(', ')})`
    throw new StoreUnavailable(`the store ${this.#store.address} ${lacks}: run \`portcullis store prepare\``)
  }

  /** Asked by a write that changes nothing: a primary without a majority cannot confirm it, and a user who may only read is refused. */
  async #isRecorded(): Promise<boolean> {
    const options = { writeConcern: confirmed({ wtimeoutMS: CONFIRMED_WITHIN_MS }) }
    const { matchedCount } = await this.#store.ask(
      (within) => recorded(this.#store.db).updateOne({ _id: 'schema' }, NOTHING as never, { ...within(), ...options }),
      { patienceMs: READY_WITHIN_MS, repeats: (error) => isPassing(error) && !isUnconfirmed(error) },
    )
    return matchedCount === 1
  }

  /** What the server keeps in mind, so that it takes no time however many there are. */
  async #count(name: (typeof AGGREGATES)[number]): Promise<number> {
    return this.#store.ask((within) => this.#store.collection(name).estimatedDocumentCount(within()))
  }

  async #remove(name: keyof typeof OVER, at: Date): Promise<number> {
    let total = 0
    for (const field of OVER[name]) {
      const over = { [field]: { $lte: at } }
      for (let found = PRUNED_AT_ONCE; found === PRUNED_AT_ONCE;) {
        const ids = await idsOf(this.#store, name, over, PRUNED_AT_ONCE)
        found = ids.length
        if (found > 0) total += await this.#delete(name, { _id: { $in: ids }, ...over })
      }
    }
    return total
  }

  /** How many the server says that it deleted: a batch that was deleted before its outcome was known is not counted. */
  async #delete(name: keyof typeof OVER, which: object): Promise<number> {
    const { deletedCount } = await this.#store.ask((within) => this.#store.collection(name).deleteMany(which, within()))
    return deletedCount
  }
}
