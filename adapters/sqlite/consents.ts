import { approved, type Approval, type Consent, type ConsentFilter, type KeptPermission } from '../../domain/consent.js'
import type { ClientId, UserId } from '../../domain/ids.js'
import type { ConsentRepository } from '../../ports/consent-repository.js'
import { date, demandField, json, matching, strings, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const FIND = 'SELECT * FROM consents WHERE user_id = :user_id AND client_id = :client_id'
const REMEMBER = `
  INSERT INTO consents (user_id, client_id, client_registration, scopes, resources, permissions, created_at, updated_at)
  VALUES (:user_id, :client_id, :client_registration, :scopes, :resources, :permissions, :created_at, :updated_at)
  ON CONFLICT (user_id, client_id) DO UPDATE SET client_registration = excluded.client_registration, scopes = excluded.scopes,
    resources = excluded.resources, permissions = excluded.permissions, created_at = excluded.created_at, updated_at = excluded.updated_at`

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
    const key = { user_id: approval.userId, client_id: approval.clientId }
    await this.#store.write(() => {
      const row = this.#store.get(FIND, key)
      this.#store.run(REMEMBER, rowOfConsent(approved(row && consentOfRow(row), approval)))
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

const columnsOf = ({ userId, clientId }: ConsentFilter): ReturnType<typeof matching> => matching({ user_id: userId, client_id: clientId })

export const consentOfRow = (row: Row): Consent => ({
  userId: text(row, 'user_id') as UserId,
  clientId: text(row, 'client_id') as ClientId,
  clientRegistration: text(row, 'client_registration'),
  scopes: strings(row, 'scopes'),
  resources: strings(row, 'resources'),
  permissions: JSON.parse(text(row, 'permissions')) as KeptPermission[],
  createdAt: date(row, 'created_at'),
  updatedAt: date(row, 'updated_at'),
})

export const rowOfConsent = (consent: Consent): Row => ({
  user_id: consent.userId,
  client_id: consent.clientId,
  client_registration: consent.clientRegistration,
  scopes: json(consent.scopes),
  resources: json(consent.resources),
  permissions: json(consent.permissions),
  created_at: consent.createdAt.getTime(),
  updated_at: consent.updatedAt.getTime(),
})
