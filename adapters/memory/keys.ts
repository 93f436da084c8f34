import type { KeyId } from '../../domain/ids.js'
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

  async retire(kid: KeyId, at: Date): Promise<boolean> {
    const key = this.#keys.find((known) => known.kid === kid)
    return key !== undefined && key.retiredAt === undefined && this.#keys.replace({ ...key, retiredAt: at })
  }

  async reseal(kid: KeyId, from: string, to: string): Promise<boolean> {
    const key = this.#keys.find((known) => known.kid === kid)
    return key?.sealedPrivateKey === from && this.#keys.replace({ ...key, sealedPrivateKey: to })
  }
}
