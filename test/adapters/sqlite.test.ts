import { extname } from 'node:path'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import { storageContract } from '../contracts/storage.js'
import { sqliteFolder } from '../support/sqlite-folder.js'

const MODULE = new URL(`../../adapters/sqlite/storage${extname(import.meta.url)}`, import.meta.url).href

const open = (groupCommit: boolean) => async () => {
  const folder = await sqliteFolder()
  const storage = await openSqliteStorage(folder.file, { groupCommit })
  return {
    storage,
    close: async () => {
      await storage.maintenance.close()
      await folder.remove()
    },
    reopening: { module: MODULE, name: 'openSqliteStorage', args: [folder.file, { groupCommit }] },
  }
}

storageContract('sqlite', open(true), { processes: true })
storageContract('sqlite with a commit for each write', open(false), { processes: true })
