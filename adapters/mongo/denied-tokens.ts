import type { DeniedToken } from '../../domain/denied-token.js'
import type { DeniedTokens } from '../../ports/denied-tokens.js'
import { add } from './adding.js'
import type { Connection } from './connection.js'
import { text } from './values.js'

export class MongoDeniedTokens implements DeniedTokens {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async deny(token: DeniedToken): Promise<void> {
    await add(this.#store, 'deniedTokens', token)
  }

  async isDenied(jti: string): Promise<boolean> {
    const denied = await this.#store.ask((within) => this.#store.collection('deniedTokens').findOne({ _id: text(jti) }, within()))
    return denied !== null
  }
}
