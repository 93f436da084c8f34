import type { KeyId } from '../../domain/ids.js'
import type { PublicJwk, SigningKey } from '../../domain/signing-key.js'
import type { KeyRepository } from '../../ports/key-repository.js'
import { date, insertInto, integer, json, maybeDate, maybeMilliseconds, present, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const COLUMNS = ['kid', 'ordinal', 'public_jwk', 'sealed_private_key', 'created_at', 'signs_from', 'retired_at'] as const
const INSERT = insertInto('keys', COLUMNS)
const RETIRE = 'UPDATE keys SET retired_at = :at WHERE kid = :kid AND retired_at IS NULL'
const RESEAL = 'UPDATE keys SET sealed_private_key = :after WHERE kid = :kid AND sealed_private_key = :before'

export class SqliteKeyRepository implements KeyRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async list(): Promise<readonly SigningKey[]> {
    const rows = await this.#store.read(() => this.#store.all('SELECT * FROM keys ORDER BY ordinal'))
    return rows.map(keyOfRow)
  }

  async add(key: SigningKey): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(INSERT, rowOfKey(key)))) === 1
  }

  async retire(kid: KeyId, at: Date): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(RETIRE, { kid, at: at.getTime() }))) === 1
  }

  async reseal(kid: KeyId, from: string, to: string): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(RESEAL, { kid, before: from, after: to }))) === 1
  }
}

export const rowOfKey = (key: SigningKey): Record<(typeof COLUMNS)[number], Row[string]> => ({
  kid: key.kid,
  ordinal: key.ordinal,
  public_jwk: json(key.publicJwk),
  sealed_private_key: key.sealedPrivateKey,
  created_at: key.createdAt.getTime(),
  signs_from: key.signsFrom.getTime(),
  retired_at: maybeMilliseconds(key.retiredAt),
})

export const keyOfRow = (row: Row): SigningKey => ({
  kid: text(row, 'kid') as KeyId,
  ordinal: integer(row, 'ordinal'),
  publicJwk: JSON.parse(text(row, 'public_jwk')) as PublicJwk,
  sealedPrivateKey: text(row, 'sealed_private_key'),
  createdAt: date(row, 'created_at'),
  signsFrom: date(row, 'signs_from'),
  ...present({ retiredAt: maybeDate(row, 'retired_at') }),
})
