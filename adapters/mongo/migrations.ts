import { MongoServerError, type Db } from 'mongodb'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Connection } from './connection.js'
import type { Stored } from './documents.js'
import { isDuplicate } from './failures.js'
import type { Backfill, IndexPart, Step } from './schema.js'
import { recorded, refuseNewer, schemaState, wordsFor, type SchemaState, type Task } from './schema-state.js'

const NAMESPACE_EXISTS = 48
const INDEX_NOT_FOUND = 27
/** Documents changed at once, so that nobody waits for long. */
const BACKFILLED_AT_ONCE = 100

/**
 * Does what is missing, online; what was done. Any number of processes may do so at once, and what was interrupted is done by the next. While
 * there is no document each part has the time of a request, because a server that starts waits for it; later one may take minutes.
 */
export async function migrate(store: Connection, steps: readonly Step[], isEmpty: boolean): Promise<readonly string[]> {
  const state = await schemaState(store, steps)
  refuseNewer(state, store.address)
  if (state.tasks.length === 0) return []
  if (isEmpty) return performAll(state, (task) => store.ask(() => perform(store.db, task, store.address)))
  return store.unhurried((db) => performAll(state, (task) => perform(db, task, store.address)))
}

async function performAll({ tasks, wanted }: SchemaState, performOne: (task: Task) => Promise<string>): Promise<readonly string[]> {
  const done: string[] = []
  for (const task of tasks) done.push(await performOne(task))
  // Last, so that a step that was interrupted is not taken for done; never lowered by a process of an older version.
  await performOne({ kind: 'record', version: wanted })
  return done
}

/** What `migrate` would do, with the number of documents that it would change. */
export async function planned(store: Connection, steps: readonly Step[]): Promise<readonly string[]> {
  const state = await schemaState(store, steps)
  refuseNewer(state, store.address)
  return store.unhurried((db) => Promise.all(state.tasks.map(async (task) => `${wordsFor(task)}${await extentOf(db, task)}`)))
}

async function extentOf(db: Db, task: Task): Promise<string> {
  if (task.kind !== 'backfill') return ''
  return extent(await db.collection<Stored>(task.backfill.collection).countDocuments(task.backfill.lacking))
}

const extent = (documents: number): string => `: ${documents} documents`

async function perform(db: Db, task: Task, address: string): Promise<string> {
  const words = wordsFor(task)
  switch (task.kind) {
    case 'create-collection':
      await unless(NAMESPACE_EXISTS, db.createCollection(task.collection, { validator: task.validator }))
      return words
    case 'change-validator':
      await db.command({ collMod: task.collection, validator: task.validator, writeConcern: { w: 'majority' } })
      return words
    case 'replace-index':
      await unless(INDEX_NOT_FOUND, db.collection(task.index.collection).dropIndex(task.index.name))
      await createIndex(db, task.index, address)
      return words
    case 'create-index':
      await createIndex(db, task.index, address)
      return words
    case 'backfill':
      return `${words}${extent(await backfill(db, task.backfill))}`
    case 'record':
      await recorded(db).updateOne({ _id: 'schema' }, { $max: { version: task.version } }, { upsert: true })
      return words
  }
}

/** Another process may have been faster. */
async function unless(code: number, done: Promise<unknown>): Promise<void> {
  try {
    await done
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === code)) throw error
  }
}

async function createIndex(db: Db, { collection, key, ...options }: IndexPart, address: string): Promise<void> {
  try {
    await db.collection(collection).createIndex(key, options, {})
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const why = 'two documents have the value that must be unique'
    throw new StoreUnavailable(`the store ${address} cannot have the index ${collection}.${options.name}: ${why}`)
  }
}

/** In passes over the ids, until one finds nothing: servers of the older version may have written behind an earlier pass. */
async function backfill(db: Db, { collection, lacking, set }: Backfill): Promise<number> {
  const documents = db.collection<Stored>(collection)
  const options = { sort: { _id: 1 }, limit: BACKFILLED_AT_ONCE, projection: { _id: 1 } } as const
  let total = 0
  for (let changed = 1; changed > 0; total += changed) {
    changed = 0
    for (let after: object | undefined = {}; after !== undefined;) {
      const batch: Stored[] = await documents.find({ $and: [after, lacking] }, options).toArray()
      const ids = batch.map(({ _id }) => _id)
      if (ids.length > 0) changed += (await documents.updateMany({ $and: [{ _id: { $in: ids } }, lacking] }, set)).modifiedCount
      after = ids.length > 0 ? { _id: { $gt: ids.at(-1) } } : undefined
    }
  }
  return total
}
