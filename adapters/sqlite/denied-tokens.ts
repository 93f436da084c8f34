import type { DeniedToken } from '../../domain/denied-token.js'
import type { DeniedTokens } from '../../ports/denied-tokens.js'
import { date, insertInto, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const INSERT = insertInto('denied_tokens', ['jti', 'expires_at'])

export class SqliteDeniedTokens implements DeniedTokens {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async deny(token: DeniedToken): Promise<void> {
    await this.#store.write(() => this.#store.run(INSERT, rowOfDeniedToken(token)))
  }

  async isDenied(jti: string): Promise<boolean> {
    return (await this.#store.read(() => this.#store.get('SELECT jti FROM denied_tokens WHERE jti = :jti', { jti }))) !== undefined
  }
}

export const rowOfDeniedToken = ({ jti, expiresAt }: DeniedToken): Row => ({ jti, expires_at: expiresAt.getTime() })

export const deniedTokenOfRow = (row: Row): DeniedToken => ({ jti: text(row, 'jti'), expiresAt: date(row, 'expires_at') })
