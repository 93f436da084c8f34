import { spawn } from 'node:child_process'
import { once } from 'node:events'

const HOLD = `
const { DatabaseSync } = require('@photostructure/sqlite')
const db = new DatabaseSync(process.argv[1], { timeout: 4000 })
db.exec('BEGIN IMMEDIATE')
process.stdout.write('held')
process.stdin.resume()`

/** Has another process keep the write lock of the file, until it is told to give it back. */
export async function lockFromOutside(file: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['-e', HOLD, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('the file could not be locked')))])
  return async () => {
    child.kill('SIGKILL')
    await ended
  }
}
