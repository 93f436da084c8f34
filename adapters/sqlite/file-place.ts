import type { BigIntStats } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StoreUnavailable } from '../../domain/errors.js'

/** A path, and the file that it led to: an open file goes on working when it is moved away, and what it is given is lost to the next process. */
export class FilePlace {
  readonly path: string
  readonly #file: BigIntStats

  private constructor(path: string, file: BigIntStats) {
    this.path = path
    this.#file = file
  }

  /** Makes the file when there is none; SQLite gives the files that it puts beside this one the same mode. Throws StoreUnavailable. */
  static async make(path: string): Promise<FilePlace> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const there = await stat(path).catch(() => undefined)
      if (there !== undefined && !there.isFile()) throw new Error('it is not a file')
      const file = await open(path, 'a', 0o600)
      try {
        return new FilePlace(path, await file.stat({ bigint: true }))
      } finally {
        await file.close()
      }
    } catch (error) {
      throw new StoreUnavailable(`the store ${path} cannot be opened: ${error instanceof Error ? error.message : 'unknown'}`, {
        cause: error,
      })
    }
  }

  /** Throws StoreUnavailable when the path leads to no file, or to another one. */
  async mustLeadHere(): Promise<void> {
    const there = await stat(this.path, { bigint: true }).catch((cause: unknown) => {
      const what = 'was moved away or deleted while it was open: put it back or restart the server'
      throw new StoreUnavailable(`the store ${this.path} ${what}`, { cause })
    })
    if (there.ino === this.#file.ino && there.dev === this.#file.dev) return
    throw new StoreUnavailable(`the store ${this.path} was replaced by another file while it was open: restart the server`)
  }
}
