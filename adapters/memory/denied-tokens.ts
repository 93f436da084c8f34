import type { DeniedToken } from '../../domain/denied-token.js'
import type { DeniedTokens } from '../../ports/denied-tokens.js'
import type { Rows } from './rows.js'

export class MemoryDeniedTokens implements DeniedTokens {
  readonly #tokens: Rows['deniedTokens']

  constructor({ deniedTokens }: Pick<Rows, 'deniedTokens'>) {
    this.#tokens = deniedTokens
  }

  async deny(token: DeniedToken): Promise<void> {
    this.#tokens.add(token)
  }

  async isDenied(jti: string): Promise<boolean> {
    return this.#tokens.get(jti) !== undefined
  }
}
