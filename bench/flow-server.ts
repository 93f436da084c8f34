import { openSqliteStorage } from '../adapters/sqlite/storage.js'
import { readConfig } from '../src/config.js'
import { startServer } from '../src/serve.js'

// The server as `portcullis serve` starts it, but for how it commits: no setting offers that choice.

const [path = '', commit] = process.argv.slice(2)
const storage = await openSqliteStorage(path, { groupCommit: commit === 'grouped' })
const running = await startServer(readConfig(), { storage })
process.once('SIGTERM', () => {
  void running.stop().then(() => process.exit(0))
})
