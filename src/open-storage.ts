import { openMemoryStorage } from '../adapters/memory/storage.js'
import { openSqliteStorage } from '../adapters/sqlite/storage.js'
import { StoreUnavailable } from '../domain/errors.js'
import type { Storage } from '../ports/storage.js'
import { openModuleStorage } from './module-storage.js'

/** Opens the store that STORE names. Throws StoreUnavailable with what is wrong. */
export async function openStorage(url: string): Promise<Storage> {
  if (url === 'memory:') return openMemoryStorage()
  if (url.startsWith('sqlite:')) return openSqliteStorage(url.slice('sqlite:'.length))
  if (/^mongodb(?:\+srv)?:/.test(url)) {
    // The driver is loaded for its own stores alone.
    const { openMongoStorage } = await import('../adapters/mongo/storage.js')
    return openMongoStorage(url)
  }
  if (url.startsWith('module:')) return openModuleStorage(url)
  throw new StoreUnavailable(`a store of the kind ${url.slice(0, url.indexOf(':'))}: is not available in this version; use sqlite:PATH`)
}
