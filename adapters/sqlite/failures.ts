import { StoreUnavailable } from '../../domain/errors.js'
import { resultCode } from './driver.js'

const BUSY: readonly (number | undefined)[] = [5, 6, 15]
const REFUSED_BY_DISK: readonly (number | undefined)[] = [8, 10, 13]

/** What the store cannot help; other codes (constraint, misuse, wrong SQL) are mistakes in this program and stay what they are. */
const WORDS: Readonly<Record<number, string>> = {
  3: 'may not be accessed',
  5: 'is locked by another process',
  6: 'is locked by another process',
  7: 'has no memory left',
  8: 'is read-only',
  9: 'was interrupted',
  10: 'cannot be read or written',
  11: 'is damaged',
  12: 'cannot be read or written',
  13: 'has no room left on its disk',
  14: 'cannot be opened',
  15: 'is locked by another process',
  17: 'changed its schema meanwhile',
  18: 'holds a value that is too large',
  22: 'needs large files, which the disk does not support',
  23: 'may not be accessed',
  26: 'is not an SQLite database, or is damaged',
}

const NOT_PREPARED = /^(no such (table|column|index)|table \S+ has no column)/

/** Whether the same thing may succeed in a moment. */
export const isBusy = (error: unknown): boolean => BUSY.includes(resultCode(error))

/** Whether the disk took nothing more: because it is full, fails, lets no file grow or has become read-only. */
export const isRefusedByDisk = (error: unknown): boolean => REFUSED_BY_DISK.includes(resultCode(error))

/** The error as it leaves this adapter. */
export function failure(error: unknown, path: string, isOpen: boolean): unknown {
  if (error instanceof StoreUnavailable || !(error instanceof Error)) return error
  const words = isOpen ? wordsFor(error) : 'is closed'
  return words === undefined ? error : new StoreUnavailable(`the store ${path} ${words}`, { cause: error })
}

function wordsFor(error: Error): string | undefined {
  const code = resultCode(error)
  if (code === 1) return NOT_PREPARED.test(error.message) ? 'lacks a part of its schema: run `portcullis store prepare`' : undefined
  return code === undefined ? undefined : WORDS[code]
}
