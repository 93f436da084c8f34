import { DatabaseSync } from '@photostructure/sqlite'

export type SqlValue = null | number | string | Uint8Array
/** One row, by column; as parameters, by name without the colon. */
export type Row = Readonly<Record<string, SqlValue>>

export interface Statement {
  get(parameters: Row): Row | undefined
  all(parameters: Row): readonly Row[]
  run(parameters: Row): { readonly changes: number | bigint }
}

/** What this store needs of SQLite; everything is synchronous. */
export interface Database {
  readonly isOpen: boolean
  readonly isTransaction: boolean
  prepare(sql: string): Statement
  exec(sql: string): void
  close(): void
}

/** Opens a file, never waiting for a lock: waiting would stop everything else that the process does. */
export const openDatabase = (path: string): Database => new DatabaseSync(path, { timeout: 0 })

/** SQLite's own words (sqlite3_errstr) for what may befall a statement that has been prepared. */
const CODES: Readonly<Record<string, number>> = {
  'database is locked': 5,
  'database table is locked': 6,
  'out of memory': 7,
  'attempt to write a readonly database': 8,
  interrupted: 9,
  'disk I/O error': 10,
  'database disk image is malformed': 11,
  'database or disk is full': 13,
  'unable to open database file': 14,
  'locking protocol': 15,
  'database schema has changed': 17,
  'string or blob too big': 18,
  'file is not a database': 26,
}

/** The primary result code (sqlite.org/rescode.html); undefined when the error is not SQLite's. The driver's `all` leaves it out and gives the words alone. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return 'code' in error && error.code === 'ERR_SQLITE_ERROR' ? CODES[error.message] : undefined
}
