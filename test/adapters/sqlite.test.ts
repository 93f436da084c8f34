import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import { storageContract } from '../contracts/storage.js'
import { sqliteFolder } from '../support/sqlite-folder.js'

const open = (groupCommit: boolean) => async () => {
  const folder = await sqliteFolder()
  const storage = await openSqliteStorage(folder.file, { groupCommit })
  return {
    storage,
    close: async () => {
      await storage.maintenance.close()
      await folder.remove()
    },
  }
}

storageContract('sqlite', open(true))
storageContract('sqlite with a commit for each write', open(false))
