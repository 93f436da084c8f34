import { StoreUnavailable } from '../../domain/errors.js'
import { integer, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Backfill, SchemaPart, Step } from './schema.js'

/** `PCLS`: marks a file as this server's (sqlite.org/fileformat2.html#application_id). */
export const APPLICATION_ID = 0x50434c53

const NAMES = `
  SELECT name FROM sqlite_schema
  UNION ALL SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'`

/** Something to be done, in the order in which it is listed. */
export type Task =
  | { readonly kind: 'make'; readonly part: SchemaPart }
  | { readonly kind: 'backfill'; readonly backfill: Backfill }
  | { readonly kind: 'record'; readonly version: number }

/** What a file holds, and what it lacks. */
export interface SchemaState {
  readonly version: number
  readonly wanted: number
  readonly isEmpty: boolean
  /** Names of tables and indexes, and columns as `table.column`. */
  readonly there: ReadonlySet<string>
  /** None when the version is newer than the wanted one. */
  readonly tasks: readonly Task[]
}

/** To be run inside `read` or `alone`. Throws StoreUnavailable for a file that another program made. */
export function schemaState(store: Connection, steps: readonly Step[]): SchemaState {
  const version = pragma(store, 'user_version')
  const there = new Set(store.all(NAMES).map((row) => text(row, 'name')))
  const isEmpty = there.size === 0
  if (!isEmpty && pragma(store, 'application_id') !== APPLICATION_ID)
    throw new StoreUnavailable(`the store ${store.path} belongs to another program`)
  const wanted = steps.length
  const tasks = version > wanted ? [] : steps.flatMap((step, i) => tasksOf(step, i + 1, { version, isEmpty, there }))
  return { version, wanted, isEmpty, there, tasks }
}

/** The version comes last, so that a step that was interrupted is not taken for done. */
function tasksOf({ parts, backfills = [] }: Step, step: number, state: Pick<SchemaState, 'version' | 'isEmpty' | 'there'>): Task[] {
  const missing = parts.filter(({ name }) => !state.there.has(name)).map((part): Task => ({ kind: 'make', part }))
  if (state.version >= step) return missing
  const lacking = state.isEmpty ? [] : backfills.map((backfill): Task => ({ kind: 'backfill', backfill }))
  return [...missing, ...lacking, { kind: 'record', version: step }]
}

/**
 * What an operator reads, for a backfill with the number of rows where it is known; that a version is recorded goes without saying, unless
 * nothing else is to be done.
 */
export function pendingOf({ tasks, wanted }: Pick<SchemaState, 'tasks' | 'wanted'>, rows = new Map<Task, number>()): readonly string[] {
  const words = tasks.filter(({ kind }) => kind !== 'record').map((task) => wordsFor(task, rows.get(task)))
  return words.length === 0 && tasks.length > 0 ? [wordsFor({ kind: 'record', version: wanted })] : words
}

function wordsFor(task: Task, rows?: number): string {
  switch (task.kind) {
    case 'make':
      return task.part.kind === 'column' ? `add column ${task.part.name}` : `create ${task.part.kind} ${task.part.name}`
    case 'backfill':
      return `backfill ${task.backfill.name}${rows === undefined ? '' : `: ${rows} rows`}`
    case 'record':
      return `record schema ${task.version}`
  }
}

export function refuseNewer({ version, wanted }: SchemaState, path: string): void {
  if (version <= wanted) return
  throw new StoreUnavailable(`the store ${path} has schema ${version}, but this version of the server knows ${wanted}: update the server`)
}

function pragma(store: Connection, name: string): number {
  const row = store.get(`PRAGMA ${name}`)
  return row === undefined ? 0 : integer(row, name)
}
