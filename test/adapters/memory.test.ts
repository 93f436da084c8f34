import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { storageContract } from '../contracts/storage.js'

storageContract('memory', async () => {
  const storage = openMemoryStorage()
  return { storage, close: () => storage.maintenance.close() }
})
