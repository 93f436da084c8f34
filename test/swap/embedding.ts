import { createPortcullis, readConfig, type Portcullis, type Storage } from '../../src/portcullis.js'

export function portcullisOn(storage: Storage, settings: Readonly<Record<string, string>>): Portcullis {
  return createPortcullis(readConfig(settings), { storage })
}
