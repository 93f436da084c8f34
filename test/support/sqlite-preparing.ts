import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import { NEXT_STEPS } from './sqlite-steps.js'

/** A process that prepares the file named on its command line for the next version, and tells what it did. */
async function prepareNext(file: string): Promise<void> {
  const storage = await openSqliteStorage(file, { steps: NEXT_STEPS })
  const done = await storage.maintenance.prepare()
  await storage.maintenance.close()
  process.send?.(done)
}

void prepareNext(process.argv[2] ?? '')
