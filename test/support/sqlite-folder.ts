import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SqliteFolder {
  /** A file that is not there yet. */
  readonly file: string
  remove(): Promise<void>
}

/** A fresh folder for one store. */
export async function sqliteFolder(): Promise<SqliteFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-sqlite-'))
  return { file: join(folder, 'portcullis.db'), remove: () => rm(folder, { recursive: true, force: true }) }
}
