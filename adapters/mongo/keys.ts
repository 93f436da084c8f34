import type { KeyId } from '../../domain/ids.js'
import type { SigningKey } from '../../domain/signing-key.js'
import type { KeyRepository } from '../../ports/key-repository.js'
import { add } from './adding.js'
import { changeOnce } from './changing.js'
import type { Connection } from './connection.js'
import { listed } from './listing.js'
import { text } from './values.js'

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

  async retire(kid: KeyId, at: Date): Promise<boolean> {
    return changeOnce(this.#store, 'keys', { _id: text(kid), retiredAt: null }, { $set: { retiredAt: at } })
  }

  async reseal(kid: KeyId, from: string, to: string): Promise<boolean> {
    return changeOnce(this.#store, 'keys', { _id: text(kid), sealedPrivateKey: text(from) }, { $set: { sealedPrivateKey: to } })
  }
}
