import type { AuthMethod, Client, GrantType } from '../../domain/client.js'
import type { ClientId } from '../../domain/ids.js'
import type { ClientRepository } from '../../ports/client-repository.js'
import {
  bit,
  date,
  insertInto,
  integer,
  isSet,
  json,
  maybeDate,
  maybeMilliseconds,
  maybeText,
  present,
  replaceIn,
  strings,
  text,
} from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const LISTS = ['secret_hashes', 'redirect_uris', 'grants', 'scopes', 'default_scopes', 'resources', 'resource_server_for'] as const
const COLUMNS = [
  'id',
  'registration',
  'revision',
  'name',
  'auth_method',
  ...LISTS,
  'first_party',
  'require_otp',
  'created_at',
  'disabled_at',
  'previous_secret',
] as const
const INSERT = insertInto('clients', COLUMNS)
const REPLACE = `${replaceIn('clients', COLUMNS, 'id')} AND registration = :registration AND revision = :revision - 1`

export class SqliteClientRepository implements ClientRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async find(id: ClientId): Promise<Client | undefined> {
    const row = await this.#store.read(() => this.#store.get('SELECT * FROM clients WHERE id = :id', { id }))
    return row && clientOfRow(row)
  }

  async list(): Promise<readonly Client[]> {
    const rows = await this.#store.read(() => this.#store.all('SELECT * FROM clients ORDER BY id'))
    return rows.map(clientOfRow)
  }

  async add(client: Client): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(INSERT, rowOfClient(client)))) === 1
  }

  async replace(client: Client): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(REPLACE, rowOfClient(client)))) === 1
  }

  async remove(id: ClientId): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run('DELETE FROM clients WHERE id = :id', { id }))) === 1
  }
}

export const rowOfClient = (client: Client): Record<(typeof COLUMNS)[number], Row[string]> => ({
  id: client.id,
  registration: client.registration,
  revision: client.revision,
  name: client.name,
  auth_method: client.authMethod,
  secret_hashes: json(client.secretHashes),
  redirect_uris: json(client.redirectUris),
  grants: json(client.grants),
  scopes: json(client.scopes),
  default_scopes: json(client.defaultScopes),
  resources: json(client.resources),
  resource_server_for: json(client.resourceServerFor),
  first_party: bit(client.firstParty),
  require_otp: bit(client.requireOtp),
  created_at: client.createdAt.getTime(),
  disabled_at: maybeMilliseconds(client.disabledAt),
  previous_secret: client.previousSecret === undefined ? null : json(client.previousSecret),
})

export const clientOfRow = (row: Row): Client => ({
  id: text(row, 'id') as ClientId,
  registration: text(row, 'registration'),
  revision: integer(row, 'revision'),
  name: text(row, 'name'),
  authMethod: text(row, 'auth_method') as AuthMethod,
  secretHashes: strings(row, 'secret_hashes'),
  redirectUris: strings(row, 'redirect_uris'),
  grants: strings(row, 'grants') as readonly GrantType[],
  scopes: strings(row, 'scopes'),
  defaultScopes: strings(row, 'default_scopes'),
  resources: strings(row, 'resources'),
  resourceServerFor: strings(row, 'resource_server_for'),
  firstParty: isSet(row, 'first_party'),
  requireOtp: isSet(row, 'require_otp'),
  createdAt: date(row, 'created_at'),
  ...present({ disabledAt: maybeDate(row, 'disabled_at'), previousSecret: previousSecretOf(maybeText(row, 'previous_secret')) }),
})

function previousSecretOf(stored: string | undefined): Client['previousSecret'] {
  if (stored === undefined) return undefined
  const { hash, until } = JSON.parse(stored) as { hash: string; until: string }
  return { hash, until: new Date(until) }
}
