import { StoreUnavailable } from '../../domain/errors.js'
import { openDatabase, type Database, type Row, type Statement } from './driver.js'
import { failure, isRefusedByDisk } from './failures.js'
import { patiently, transaction, Writer, type WriterOptions } from './writer.js'

const SETTINGS = [
  'synchronous = FULL',
  'secure_delete = ON',
  'temp_store = MEMORY',
  'trusted_schema = OFF',
  'journal_size_limit = 67108864',
]

/** Milliseconds for which a check waits for the lock: longer than other processes keep it where all is well. */
const CHECK_PATIENCE_MS = 1_000

/** The driver would take a text up to its first NUL, and so one name for another. */
const hasNul = (parameters: Row): boolean => Object.values(parameters).some((value) => typeof value === 'string' && value.includes('\0'))

/** One open file. Rejections of `read`, `write` and `alone` are StoreUnavailable, or mistakes in this program. */
export class Connection {
  readonly path: string
  readonly #db: Database
  readonly #writer: Writer
  readonly #statements = new Map<string, Statement>()
  #diskRefused = false

  private constructor(path: string, db: Database, options: WriterOptions) {
    this.path = path
    this.#db = db
    this.#writer = new Writer(db, options)
  }

  static open(path: string, options: WriterOptions): Connection {
    try {
      return new Connection(path, openDatabase(path), options)
    } catch (error) {
      throw failure(error, path, true)
    }
  }

  /** Sets the file up and proves that it can be read and written. */
  async begin(): Promise<void> {
    for (const setting of SETTINGS) await this.read(() => this.#db.exec(`PRAGMA ${setting}`))
    const [mode] = await this.read(() => this.all('PRAGMA journal_mode = WAL'))
    if (mode?.['journal_mode'] !== 'wal') throw new StoreUnavailable(`the store ${this.path} is on a disk without write-ahead logging`)
    await this.alone(() => this.all('SELECT name FROM sqlite_schema'))
  }

  /** Keeps trying while the store is busy. */
  async read<T>(run: () => T): Promise<T> {
    return this.#translating(patiently(run))
  }

  /** Shares its transaction with other writes; `run` makes one change at most, as its last step, and may be run again. */
  async write<T>(run: () => T, patienceMs?: number): Promise<T> {
    return this.#translating(this.#watchingDisk(this.#writer.write(run, patienceMs)))
  }

  /** A transaction of its own: all that `run` does, or nothing. */
  async alone<T>(run: () => T, patienceMs?: number): Promise<T> {
    return this.#translating(this.#watchingDisk(patiently(() => transaction(this.#db, run), patienceMs)))
  }

  /**
   * Rejects when nothing can be written; `isFirst` has the patience of a start. Only after the disk refused a write is something written, by `attempt`,
   * until the disk takes it.
   */
  async mustTakeWrites(attempt: () => void, isFirst: boolean): Promise<void> {
    const patienceMs = isFirst ? undefined : CHECK_PATIENCE_MS
    if (!this.#diskRefused) return this.write(() => undefined, patienceMs)
    await this.alone(attempt, patienceMs)
    this.#diskRefused = false
  }

  get(sql: string, parameters: Row = {}): Row | undefined {
    return hasNul(parameters) ? undefined : this.#prepared(sql).get(parameters)
  }

  all(sql: string, parameters: Row = {}): readonly Row[] {
    return hasNul(parameters) ? [] : this.#prepared(sql).all(parameters)
  }

  /** How many rows changed. */
  run(sql: string, parameters: Row = {}): number {
    if (hasNul(parameters)) throw new TypeError('a text holds a NUL')
    return Number(this.#prepared(sql).run(parameters).changes)
  }

  /** For statements that are run once. */
  exec(sql: string): void {
    this.#db.exec(sql)
  }

  /** Writes what was asked for, then closes. */
  async close(): Promise<void> {
    await this.#writer.drained()
    if (!this.#db.isOpen) return
    this.#statements.clear()
    this.#checkpoint()
    this.#db.close()
  }

  /** The driver frees statements, and with them the file, only when they are collected: so what was written goes to its place before. */
  #checkpoint(): void {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // What is committed is in the log, where the next process finds it.
    }
  }

  #prepared(sql: string): Statement {
    const kept = this.#statements.get(sql)
    if (kept !== undefined) return kept
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  async #watchingDisk<T>(written: Promise<T>): Promise<T> {
    try {
      return await written
    } catch (error) {
      if (isRefusedByDisk(error)) this.#diskRefused = true
      throw error
    }
  }

  async #translating<T>(outcome: Promise<T>): Promise<T> {
    try {
      return await outcome
    } catch (error) {
      throw failure(error, this.path, this.#db.isOpen)
    }
  }
}
