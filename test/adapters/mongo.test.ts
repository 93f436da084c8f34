import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { storageContract } from '../contracts/storage.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'

onEachMongo('mongo', (server) => {
  storageContract('mongo', async () => {
    const database = await freshDatabase(server)
    const storage = await openMongoStorage(database.uri)
    return {
      storage,
      close: async () => {
        await storage.maintenance.close()
        await database.drop()
      },
    }
  })
})
