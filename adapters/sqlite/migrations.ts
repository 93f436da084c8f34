import { setTimeout as pause } from 'node:timers/promises'
import { integer } from './columns.js'
import type { Connection } from './connection.js'
import type { Backfill, Step } from './schema.js'
import { APPLICATION_ID, pendingOf, refuseNewer, schemaState, type SchemaState, type Task } from './schema-state.js'
import { BREATH_MS } from './writer.js'

/** Rows looked at in one transaction, so that nobody waits for long. */
const LOOKED_AT_ONCE = 500

/**
 * Does what is missing while servers run; what was done. Each part and each batch is a transaction of its own and does nothing twice: what was
 * interrupted is done by the next, and any number of processes may do so at once. An empty store gets everything at once or nothing.
 */
export async function migrate(store: Connection, steps: readonly Step[]): Promise<readonly string[]> {
  const filled = await store.alone(() => fill(store, steps))
  if (filled !== undefined) return filled
  const { tasks, wanted } = await store.read(() => knownState(store, steps))
  const done = new Map<Task, number>()
  for (const task of tasks) {
    const changed = task.kind === 'backfill' ? await backfill(store, task.backfill) : await store.alone(() => take(store, steps, task))
    if (changed !== undefined) done.set(task, changed)
  }
  return pendingOf({ tasks: [...done.keys()], wanted }, done)
}

/** What `migrate` would do, with the number of rows that it would change. To be run inside `read`. */
export function planned(store: Connection, steps: readonly Step[]): readonly string[] {
  const state = knownState(store, steps)
  const extents = state.tasks.map((task) => [task, task.kind === 'backfill' ? lackingRows(store, state, task.backfill) : 0] as const)
  return pendingOf(state, new Map(extents))
}

function knownState(store: Connection, steps: readonly Step[]): SchemaState {
  const state = schemaState(store, steps)
  refuseNewer(state, store.path)
  return state
}

/** Undefined for a store that is not empty. */
function fill(store: Connection, steps: readonly Step[]): readonly string[] | undefined {
  const state = knownState(store, steps)
  if (!state.isEmpty) return undefined
  for (const task of state.tasks) if (task.kind === 'make') store.exec(task.part.sql)
  store.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  store.exec(`PRAGMA user_version = ${state.wanted}`)
  return pendingOf(state)
}

/** Undefined when another process was faster, or went further. */
function take(store: Connection, steps: readonly Step[], task: Exclude<Task, { readonly kind: 'backfill' }>): 0 | undefined {
  const { there, version } = knownState(store, steps)
  if (task.kind === 'make' ? there.has(task.part.name) : version >= task.version) return undefined
  store.exec(task.kind === 'make' ? task.part.sql : `PRAGMA user_version = ${task.version}`)
  return 0
}

/** How many rows changed. Once from the first row to the last: rows that older servers write meanwhile come last. */
async function backfill(store: Connection, { table, lacking, set }: Backfill): Promise<number> {
  const last = `SELECT max(rowid) AS last FROM (SELECT rowid FROM ${table} WHERE rowid > :after ORDER BY rowid LIMIT ${LOOKED_AT_ONCE})`
  const update = `UPDATE ${table} SET ${set} WHERE rowid > :after AND rowid <= :last AND (${lacking})`
  const batch = (after: number) => {
    const end = store.get(last, { after })?.['last']
    return typeof end === 'number' ? { end, changed: store.run(update, { after, last: end }) } : undefined
  }
  let total = 0
  for (let done = await store.alone(() => batch(0)); done !== undefined;) {
    const { end, changed } = done
    total += changed
    await pause(BREATH_MS)
    done = await store.alone(() => batch(end))
  }
  return total
}

/** Before the step is taken a column may be missing, and then every row lacks it. */
function lackingRows(store: Connection, { there, tasks }: SchemaState, { table, lacking }: Backfill): number {
  if (!there.has(table)) return 0
  const isColumnMissing = tasks.some((task) => task.kind === 'make' && task.part.name.startsWith(`${table}.`))
  const row = store.get(`SELECT count(*) AS rows FROM ${table} WHERE ${isColumnMissing ? 'TRUE' : lacking}`)
  return row === undefined ? 0 : integer(row, 'rows')
}
