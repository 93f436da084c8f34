import type { Consent, ConsentFilter } from '../../domain/consent.js'
import type { ClientId, UserId } from '../../domain/ids.js'
import type { Approval, ConsentRepository } from '../../ports/consent-repository.js'
import { date, demandField, json, matching, strings, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const FIND = 'SELECT * FROM consents WHERE user_id = :user_id AND client_id = :client_id'
const REMEMBER = `
  INSERT INTO consents (user_id, client_id, client_registration, scopes, resources, created_at, updated_at)
  VALUES (:user_id, :client_id, :client_registration, :scopes, :resources, :created_at, :updated_at)
  ON CONFLICT (user_id, client_id) DO UPDATE SET client_registration = excluded.client_registration, scopes = excluded.scopes,
    resources = excluded.resources, created_at = excluded.created_at, updated_at = excluded.updated_at`

export class SqliteConsentRepository implements ConsentRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async find(userId: UserId, clientId: ClientId): Promise<Consent | undefined> {
    const row = await this.#store.read(() => this.#store.get(FIND, { user_id: userId, client_id: clientId }))
    return row && consentOfRow(row)
  }

  async remember(approval: Approval): Promise<void> {
    const { at, ...wanted } = approval
    const key = { user_id: wanted.userId, client_id: wanted.clientId }
    await this.#store.write(() => {
      const row = this.#store.get(FIND, key)
      const stored = row && consentOfRow(row)
      const before = stored?.clientRegistration === wanted.clientRegistration ? stored : undefined
      this.#store.run(REMEMBER, {
        ...key,
        client_registration: wanted.clientRegistration,
        scopes: json(union(before?.scopes, wanted.scopes)),
        resources: json(union(before?.resources, wanted.resources)),
        created_at: (before?.createdAt ?? at).getTime(),
        updated_at: at.getTime(),
      })
    })
  }

  async forget(filter: ConsentFilter): Promise<number> {
    demandField(filter)
    const { where, parameters } = columnsOf(filter)
    return this.#store.write(() => this.#store.run(`DELETE FROM consents WHERE ${where}`, parameters))
  }

  async list(filter: ConsentFilter): Promise<readonly Consent[]> {
    const { where, parameters } = columnsOf(filter)
    const sql = `SELECT * FROM consents WHERE ${where} ORDER BY created_at, rowid`
    const rows = await this.#store.read(() => this.#store.all(sql, parameters))
    return rows.map(consentOfRow)
  }
}

const union = (before: readonly string[] = [], added: readonly string[]): readonly string[] => [...new Set([...before, ...added])]

const columnsOf = ({ userId, clientId }: ConsentFilter): ReturnType<typeof matching> => matching({ user_id: userId, client_id: clientId })

export const consentOfRow = (row: Row): Consent => ({
  userId: text(row, 'user_id') as UserId,
  clientId: text(row, 'client_id') as ClientId,
  clientRegistration: text(row, 'client_registration'),
  scopes: strings(row, 'scopes'),
  resources: strings(row, 'resources'),
  createdAt: date(row, 'created_at'),
  updatedAt: date(row, 'updated_at'),
})
