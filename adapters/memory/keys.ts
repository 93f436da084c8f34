import type { SigningKey } from '../../domain/signing-key.js'
import type { KeyRepository } from '../../ports/key-repository.js'
import type { Rows } from './rows.js'

export class MemoryKeyRepository implements KeyRepository {
  readonly #keys: Rows['keys']

  constructor({ keys }: Pick<Rows, 'keys'>) {
    this.#keys = keys
  }

  async list(): Promise<readonly SigningKey[]> {
    return this.#keys.all().sort((a, b) => a.ordinal - b.ordinal)
  }

  async add(key: SigningKey): Promise<boolean> {
    return this.#keys.add(key)
  }
}
