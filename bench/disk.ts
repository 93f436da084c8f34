import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { median } from './rounds.js'

const SYNCS = 50
const PAGE = Buffer.alloc(4096, 1)

/** Milliseconds that the disk takes to keep one page for good: what a commit costs at least, and so what sharing one can save. */
export function syncTime(folder: string): number {
  const file = openSync(join(folder, 'sync'), 'w')
  const times = Array.from({ length: SYNCS }, () => {
    const start = performance.now()
    writeSync(file, PAGE)
    fsyncSync(file)
    return performance.now() - start
  })
  closeSync(file)
  return median(times)
}
