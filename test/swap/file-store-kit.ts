import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storageContract } from '../contracts/storage.js'
import openFileStore from './file-store.js'

storageContract(
  'a store in a file',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'file-store-'))
    const url = `module:./file-store.js?${join(folder, 'store')}`
    return {
      storage: await openFileStore(url),
      close: () => rm(folder, { recursive: true }),
      reopening: { module: new URL('file-store.js', import.meta.url).href, args: [url] },
    }
  },
  { processes: true },
)
