import { extname } from 'node:path'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { storageContract } from '../contracts/storage.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'

const MODULE = new URL(`../../adapters/mongo/storage${extname(import.meta.url)}`, import.meta.url).href

onEachMongo('mongo', (server) => {
  const open = async () => {
    const database = await freshDatabase(server)
    const storage = await openMongoStorage(database.uri)
    return {
      storage,
      close: async () => {
        await storage.maintenance.close()
        await database.drop()
      },
      reopening: { module: MODULE, name: 'openMongoStorage', args: [database.uri] },
    }
  }
  storageContract('mongo', open, { processes: true })
})
