import { StoreUnavailable } from '../../domain/errors.js'
import { integer, text } from './columns.js'
import type { Connection } from './connection.js'
import { STEPS, type SchemaPart } from './schema.js'

export const WANTED_VERSION = STEPS.length

/** `PCLS`: marks a file as this server's (sqlite.org/fileformat2.html#application_id). */
const APPLICATION_ID = 0x50434c53

/** What a file holds, and what it lacks. */
export interface SchemaState {
  readonly version: number
  readonly isEmpty: boolean
  /** In the order in which they are to be made. */
  readonly missing: readonly SchemaPart[]
}

/** To be run inside `read` or `alone`. Throws StoreUnavailable for a file that another program made. */
export function schemaState(store: Connection): SchemaState {
  const version = pragma(store, 'user_version')
  const owner = pragma(store, 'application_id')
  const there = new Set(store.all('SELECT name FROM sqlite_schema').map((row) => text(row, 'name')))
  if (there.size > 0 && owner !== APPLICATION_ID) throw new StoreUnavailable(`the store ${store.path} belongs to another program`)
  return { version, isEmpty: there.size === 0, missing: STEPS.flat().filter(({ name }) => !there.has(name)) }
}

export const pendingOf = ({ missing }: SchemaState): readonly string[] => missing.map(({ kind, name }) => `create ${kind} ${name}`)

export function refuseNewer({ version }: SchemaState, path: string): void {
  if (version <= WANTED_VERSION) return
  throw new StoreUnavailable(
    `the store ${path} has schema ${version}, but this version of the server knows ${WANTED_VERSION}: update the server`,
  )
}

/** Makes what is missing, in one transaction; what was made. Of processes that do so at once, one does. */
export async function migrate(store: Connection): Promise<readonly string[]> {
  return store.alone(() => {
    const state = schemaState(store)
    refuseNewer(state, store.path)
    if (isWanted(state)) return []
    for (const { sql } of state.missing) store.exec(sql)
    store.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    store.exec(`PRAGMA user_version = ${WANTED_VERSION}`)
    return pendingOf(state)
  })
}

export const isWanted = ({ version, missing }: SchemaState): boolean => version === WANTED_VERSION && missing.length === 0

function pragma(store: Connection, name: string): number {
  const row = store.get(`PRAGMA ${name}`)
  return row === undefined ? 0 : integer(row, name)
}
