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

/** The primary result code (sqlite.org/rescode.html); undefined when the error is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}
