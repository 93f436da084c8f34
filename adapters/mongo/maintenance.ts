import { StoreUnavailable } from '../../domain/errors.js'
import { AGGREGATES } from '../../domain/records.js'
import type { StoreMaintenance, StoreStatus } from '../../ports/store-maintenance.js'
import type { Connection } from './connection.js'
import { migrate, planned } from './migrations.js'
import type { Step } from './schema.js'
import { collectionsThere, recorded, refuseNewer, schemaState, wordsFor } from './schema-state.js'

/** Readiness is asked for every few seconds, so it does not wait for as long as a request. */
const READY_WITHIN_MS = 2_000
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
  #wasReady = false

  constructor(store: Connection, steps: readonly Step[]) {
    this.#store = store
    this.#steps = steps
  }

  /** The schema is looked at until it was right once: a newer server that prepares the store must not stop those that run. */
  async ready(): Promise<void> {
    await this.#store.mustAnswer(READY_WITHIN_MS)
    if (this.#wasReady) return
    const state = await schemaState(this.#store, this.#steps)
    refuseNewer(state, this.#store.address)
    if (state.tasks.length > 0) {
      const lacks = `lacks a part of its schema (${state.tasks.map(wordsFor).join(', ')})`
      throw new StoreUnavailable(`the store ${this.#store.address} ${lacks}: run \`portcullis store prepare\``)
    }
    this.#wasReady = true
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

  /** What the server keeps in mind, so that it takes no time however many there are. */
  async #count(name: (typeof AGGREGATES)[number]): Promise<number> {
    return this.#store.ask((within) => this.#store.collection(name).estimatedDocumentCount(within()))
  }

  async #remove(name: keyof typeof OVER, at: Date): Promise<number> {
    let total = 0
    for (const field of OVER[name]) {
      const over = { [field]: { $lte: at } }
      for (let found = PRUNED_AT_ONCE; found === PRUNED_AT_ONCE;) {
        const ids = await this.#idsOf(name, over)
        found = ids.length
        if (found > 0) total += await this.#delete(name, { _id: { $in: ids }, ...over })
      }
    }
    return total
  }

  async #idsOf(name: keyof typeof OVER, over: object): Promise<readonly string[]> {
    const options = { projection: { _id: 1 }, limit: PRUNED_AT_ONCE } as const
    const documents = await this.#store.ask((within) =>
      this.#store
        .collection(name)
        .find(over, { ...within(), ...options })
        .toArray(),
    )
    return documents.map(({ _id }) => _id)
  }

  /** How many the server says that it deleted: a batch that was deleted before its outcome was known is not counted. */
  async #delete(name: keyof typeof OVER, which: object): Promise<number> {
    const { deletedCount } = await this.#store.ask((within) => this.#store.collection(name).deleteMany(which, within()))
    return deletedCount
  }
}
