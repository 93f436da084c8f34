import {
  ReadConcern,
  type Collection,
  type CommandStartedEvent,
  type Db,
  type DbOptions,
  type MongoClientOptions,
  type WriteConcernSettings,
} from 'mongodb'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Aggregate } from '../../domain/records.js'
import { addressed, type Addressed } from './address.js'
import { ask, type Asking, type Within } from './asking.js'
import { failure, isPassing } from './failures.js'
import type { Stored } from './documents.js'

export interface ConnectionOptions {
  /** Hears every command before it is sent. */
  readonly onCommand?: (event: CommandStartedEvent) => void
}

/** Elections and dead servers are noticed within seconds, and no connection waits longer than its caller does. */
const CLIENT_OPTIONS: MongoClientOptions = {
  appName: 'portcullis',
  serverSelectionTimeoutMS: 3_500,
  waitQueueTimeoutMS: 3_500,
  connectTimeoutMS: 2_000,
  heartbeatFrequencyMS: 2_000,
  socketTimeoutMS: 4_500,
  retryWrites: true,
  retryReads: true,
}

/** Of every write: what is confirmed outlives a failover. */
export const confirmed = (more: WriteConcernSettings): WriteConcernSettings => ({ ...more, w: 'majority', journal: true })

/**
 * Given with the database, because there a URI cannot weaken it (the driver merges `w`, `journal` and `readConcernLevel` of a URI into the client's).
 * Reads are `local` on the primary: after a failover that sees every acknowledged write at once, while `majority` may lag behind the election
 * and miss a grant that was saved a moment before. Nothing is spent on a read: what spends is a majority write with its whole precondition in
 * the filter, which a primary that was deposed cannot acknowledge; one that matches nothing is confirmed in the same way.
 */
const guarantees = (confirmation: WriteConcernSettings): DbOptions => ({
  writeConcern: confirmed(confirmation),
  readConcern: new ReadConcern('local'),
  readPreference: 'primary',
})

/** Milliseconds after which the server says that it cannot confirm a write, and frees the connection. */
const CONFIRMATION_MS = 3_500

/** One database. Rejections of its methods are StoreUnavailable, or mistakes in this program. */
export class Connection {
  readonly address: string
  readonly #uri: string
  readonly #at: Addressed
  readonly #db: Db
  #isOpen = true

  constructor(uri: string, { onCommand }: ConnectionOptions = {}) {
    this.#uri = uri
    this.#at = addressed(uri, { ...CLIENT_OPTIONS, monitorCommands: onCommand !== undefined })
    this.address = this.#at.address
    this.#db = this.#at.client.db(this.#at.database, guarantees({ wtimeoutMS: CONFIRMATION_MS }))
    if (onCommand !== undefined) this.#at.client.on('commandStarted', onCommand)
  }

  /** Proves that the server can be reached; names and certificates are looked up here. */
  async begin(): Promise<void> {
    try {
      await this.ask(async () => this.#at.client.connect())
    } catch (error) {
      // Here nothing that goes wrong is a mistake of this program: the URI may ask for what is not installed.
      const what = error instanceof Error ? error.name : 'unknown'
      throw error instanceof StoreUnavailable ? error : new StoreUnavailable(`the store ${this.address} cannot be used: ${what}`)
    }
  }

  get db(): Db {
    return this.#db
  }

  collection(name: Aggregate): Collection<Stored> {
    return this.#db.collection<Stored>(name)
  }

  /** Repeats what may not have happened, see `ask`. */
  async ask<T>(run: (within: Within) => Promise<T>, asking: Partial<Asking> = {}): Promise<T> {
    if (!this.#isOpen) throw failure(undefined, this.address, false)
    return this.#translating(ask(run, { repeats: isPassing, ...asking }))
  }

  /** For what may take minutes, such as an index of many documents: on a connection of its own that waits for the server. */
  async unhurried<T>(run: (db: Db) => Promise<T>): Promise<T> {
    const { client, database } = addressed(this.#uri, { ...CLIENT_OPTIONS, socketTimeoutMS: 0 })
    try {
      return await this.#translating(run(client.db(database, guarantees({}))))
    } finally {
      await client.close()
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#at.client.close()
  }

  async #translating<T>(outcome: Promise<T>): Promise<T> {
    try {
      return await outcome
    } catch (error) {
      throw failure(error, this.address, this.#isOpen)
    }
  }
}
