import { isDeepStrictEqual } from 'node:util'
import type { Collection, Db, Document } from 'mongodb'
import { StoreUnavailable } from '../../domain/errors.js'
import { AGGREGATES, type Aggregate } from '../../domain/records.js'
import type { Within } from './asking.js'
import type { Connection } from './connection.js'
import { toDoFor } from './indexes.js'
import type { Backfill, IndexPart, Step } from './schema.js'

/** Something to be done, in the order in which it is listed. */
export type Task =
  | { readonly kind: 'create-collection' | 'change-validator'; readonly collection: Aggregate; readonly validator: Document }
  | { readonly kind: 'create-index' | 'replace-index'; readonly index: IndexPart }
  | { readonly kind: 'backfill'; readonly backfill: Backfill }
  | { readonly kind: 'record'; readonly version: number }

export interface SchemaState {
  readonly version: number
  readonly wanted: number
  readonly tasks: readonly Task[]
}

/** Version of the schema, in a collection of its own. */
export interface Recorded {
  readonly _id: 'schema'
  readonly version: number
}
export const recorded = (db: Db): Collection<Recorded> => db.collection<Recorded>('schema')

export const wordsFor = (task: Task): string => {
  switch (task.kind) {
    case 'create-collection':
      return `create collection ${task.collection}`
    case 'change-validator':
      return `change validator of ${task.collection}`
    case 'create-index':
      return `create index ${task.index.collection}.${task.index.name}`
    case 'replace-index':
      return `replace index ${task.index.collection}.${task.index.name}`
    case 'backfill':
      return `backfill ${task.backfill.name}`
    case 'record':
      return `record schema ${task.version}`
  }
}

/**
 * What the database has, and what it lacks. Indexes and collections that are not ours do not matter. Throws StoreUnavailable for a database in
 * which another program keeps documents in collections of our names: its documents would be refused, or deleted when they look expired.
 */
export async function schemaState(store: Connection, steps: readonly Step[]): Promise<SchemaState> {
  return store.ask(async (within) => {
    const { version = 0 } = (await recorded(store.db).findOne({ _id: 'schema' }, within())) ?? {}
    const there = await collectionsThere(store.db, within)
    if (version === 0) await refuseStranger(store, there, within)
    const tasks = [
      ...collectionTasks(there, steps),
      ...(await indexTasks(store.db, there, steps, within)),
      ...steps.slice(version).flatMap(({ backfills = [] }) => backfills.map((backfill) => ({ kind: 'backfill', backfill }) as const)),
    ]
    const isUnrecorded = version < steps.length
    const all = isUnrecorded && tasks.length === 0 ? [{ kind: 'record', version: steps.length } as const] : tasks
    return { version, wanted: steps.length, tasks: version > steps.length ? [] : all }
  })
}

export function refuseNewer({ version, wanted }: SchemaState, address: string): void {
  if (version <= wanted) return
  throw new StoreUnavailable(
    `the store ${address} has schema ${version}, but this version of the server knows ${wanted}: update the server`,
  )
}

type There = ReadonlyMap<string, Document | undefined>

/** Our collections that are there, with their validators. */
export async function collectionsThere(db: Db, within: Within): Promise<There> {
  const found: { name: string; options?: Document }[] = await db
    .listCollections({ name: { $in: [...AGGREGATES] } }, { nameOnly: false, ...within() })
    .toArray()
  return new Map(found.map(({ name, options }) => [name, options?.['validator'] as Document | undefined]))
}

/** Before anything of ours is saved its collection is made, and with a validator. */
async function refuseStranger({ db, address }: Connection, there: There, within: Within): Promise<void> {
  for (const [name, validator] of there)
    if (validator === undefined && (await db.collection(name).findOne({}, { ...within(), hint: { _id: 1 } })) !== null)
      throw new StoreUnavailable(`the store ${address} belongs to another program, which keeps its ${name} there: name another database`)
}

function collectionTasks(there: There, steps: readonly Step[]): Task[] {
  const wanted = Object.entries(Object.assign({}, ...steps.map(({ collections }) => collections)) as Record<Aggregate, Document>)
  return (wanted as [Aggregate, Document][]).flatMap(([collection, validator]): Task[] => {
    if (!there.has(collection)) return [{ kind: 'create-collection', collection, validator }]
    return isDeepStrictEqual(there.get(collection), validator) ? [] : [{ kind: 'change-validator', collection, validator }]
  })
}

async function indexTasks(db: Db, there: There, steps: readonly Step[], within: Within): Promise<Task[]> {
  const wanted = steps.flatMap(({ indexes }) => indexes)
  const found = new Map<string, readonly Document[]>()
  for (const name of new Set(wanted.map(({ collection }) => collection).filter((collection) => there.has(collection))))
    found.set(name, (await db.collection(name).listIndexes(within()).toArray()) as Document[])
  return wanted.flatMap((index): Task[] => {
    const kind = toDoFor(index, found.get(index.collection) ?? [])
    return kind === undefined ? [] : [{ kind, index }]
  })
}
