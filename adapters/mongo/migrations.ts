import { MongoServerError, type Db, type Document } from 'mongodb'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Connection } from './connection.js'
import type { Stored } from './documents.js'
import { isDuplicate } from './failures.js'
import { isAlike, standsFor } from './indexes.js'
import type { Backfill, IndexPart, Step } from './schema.js'
import { recorded, refuseNewer, schemaState, wordsFor, type SchemaState, type Task } from './schema-state.js'

const NAMESPACE_EXISTS = 48
const INDEX_NOT_FOUND = 27
const INDEX_OPTIONS_CONFLICT = 85
/** Documents changed at once, so that nobody waits for long. */
const BACKFILLED_AT_ONCE = 100
const PASSES = 3

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
      await replaceIndex(db, task.index, address)
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

/** What keeps a value unique is there before the other one goes. It then has another name, since none can be renamed, and any will do. */
async function replaceIndex(db: Db, index: IndexPart, address: string): Promise<void> {
  if (index.unique) await createIndex(db, index, address, `${index.name}_anew`)
  await unless(INDEX_NOT_FOUND, db.collection(index.collection).dropIndex(index.name))
  if (!index.unique) await createIndex(db, index, address)
}

async function createIndex(db: Db, index: IndexPart, address: string, name = index.name): Promise<void> {
  const { collection, key, ...options } = index
  const cannot = (why: string) => new StoreUnavailable(`the store ${address} cannot have the index ${collection}.${index.name}: ${why}`)
  try {
    await db.collection(collection).createIndex(key, { ...options, name }, {})
  } catch (error) {
    if (isDuplicate(error)) throw cannot('two documents have the value that must be unique')
    if (!(error instanceof MongoServerError && error.code === INDEX_OPTIONS_CONFLICT)) throw error
    const there: Document[] = await db.collection(collection).indexes()
    const alike = there.filter((other) => isAlike(other, index))
    if (alike.some((other) => standsFor(other, index))) return
    throw alike[0] === undefined ? error : cannot(`drop ${String(alike[0]['name'])}, which is in its place`)
  }
}

/**
 * In passes over the ids, because servers of the older version may write behind the first one; not until one finds nothing, because they write on.
 * What they leave is understood (see `Backfill`).
 */
async function backfill(db: Db, { collection, lacking, set }: Backfill): Promise<number> {
  const documents = db.collection<Stored>(collection)
  const options = { sort: { _id: 1 }, limit: BACKFILLED_AT_ONCE, projection: { _id: 1 } } as const
  let total = 0
  for (let pass = 0, changed = 1; pass < PASSES && changed > 0; pass++, total += changed) {
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
