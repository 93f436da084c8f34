import type { SigningKey } from '../../domain/signing-key.js'
import type { KeyRepository } from '../../ports/key-repository.js'
import { add } from './adding.js'
import type { Connection } from './connection.js'
import { listed } from './listing.js'

export class MongoKeyRepository implements KeyRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async list(): Promise<readonly SigningKey[]> {
    return listed(this.#store, 'keys', {}, { ordinal: 1 })
  }

  async add(key: SigningKey): Promise<boolean> {
    return add(this.#store, 'keys', key)
  }
}
