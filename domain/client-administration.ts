import type { ClientDraft, ClientUpdate, ClientWithSecret, ForAdministering } from '../ports/for-administering.js'
import { knownClient, newId, newSecret, record, taken, unknown, type AdministratorParts } from './administration.js'
import type { Source } from './audit.js'
import { isConfidential, type Client } from './client.js'
import { mustBeAmong, registrable, type ClientTraits } from './client-registration.js'
import { InvalidInput, StoreUnavailable } from './errors.js'
import type { ClientId, UserId } from './ids.js'
import { mustBeClientId, mustBeClientSecret, quoted } from './names.js'

const NO_TRAITS: Omit<ClientTraits, 'name'> = {
  authMethod: 'client_secret_basic',
  redirectUris: [],
  grants: [],
  scopes: [],
  defaultScopes: [],
  resources: [],
  resourceServerFor: [],
  firstParty: false,
  requireOtp: false,
}

/** A lost race is settled by reading again; each round means that somebody else made progress. */
const MAX_ROUNDS = 100

/** What an operator may do to clients. */
export class ClientAdministration implements Pick<
  ForAdministering,
  'createClient' | 'listClients' | 'client' | 'updateClient' | 'deleteClient' | 'disableClient' | 'enableClient' | 'rotateClientSecret'
> {
  readonly #parts: AdministratorParts
  readonly #store: AdministratorParts['storage']

  constructor(parts: AdministratorParts) {
    this.#parts = parts
    this.#store = parts.storage
  }

  async createClient(draft: ClientDraft, source: Source): Promise<ClientWithSecret> {
    const { id = newId(this.#parts.secrets), isPublic = draft.authMethod === 'none', secret: chosen, ...chosenTraits } = draft
    const traits = registrable({ ...NO_TRAITS, ...chosenTraits, ...(isPublic && { authMethod: 'none' as const }) })
    if (isPublic && (draft.authMethod ?? 'none') !== 'none') throw new InvalidInput('auth method: a public client has none')
    if (isPublic && chosen !== undefined) throw new InvalidInput('secret: a public client has none')
    if (!isPublic && traits.authMethod === 'none') throw new InvalidInput('auth method: a confidential client has one')
    if (chosen !== undefined) mustBeClientSecret(chosen)
    await this.#mustKnowScopes(traits.scopes)
    await this.#mustBeFreeClientId(id)
    const secret = isPublic ? undefined : (chosen ?? newSecret(this.#parts.secrets))
    const secretHashes = secret === undefined ? [] : [this.#parts.secrets.digest(secret)]
    const registration = this.#parts.secrets.random(16)
    const client: Client = { ...traits, id: id as ClientId, registration, revision: 1, secretHashes, createdAt: this.#parts.clock.now() }
    // Whoever had this id before may have been deleted by a process that died half way.
    if (draft.id !== undefined) await this.#endClient(client.id)
    if (!(await this.#store.clients.add(client))) throw taken('id', id)
    record(this.#parts, source, 'client created', { client_id: id })
    return { client, ...(secret !== undefined && { secret }) }
  }

  listClients = (): Promise<readonly Client[]> => this.#store.clients.list()

  client = (id: string): Promise<Client> => knownClient(this.#parts, id)

  async updateClient(id: string, update: ClientUpdate, source: Source): Promise<Client> {
    return this.#change(id, 'client updated', source, async (client) => {
      const updated = registrable({ ...client, ...update })
      // A scope that was deleted since must not stand in the way of another change.
      if (update.scopes !== undefined) await this.#mustKnowScopes(update.scopes)
      return updated
    })
  }

  async deleteClient(id: string, source: Source): Promise<void> {
    const client = await this.client(id)
    const removed = await this.#store.clients.remove(client.id)
    // Somebody else may have removed the client, and may have been stopped before the rest.
    await this.#endClient(client.id)
    if (!removed) throw unknown('client', id)
    record(this.#parts, source, 'client deleted', { client_id: id })
  }

  async disableClient(id: string, source: Source): Promise<Client> {
    return this.#change(id, 'client disabled', source, (client) => ({ ...client, disabledAt: this.#parts.clock.now() }))
  }

  async enableClient(id: string, source: Source): Promise<Client> {
    return this.#change(id, 'client enabled', source, ({ disabledAt, ...enabled }) => enabled)
  }

  async rotateClientSecret(id: string, source: Source, { keepOldMs = 0 }: { keepOldMs?: number } = {}): Promise<ClientWithSecret> {
    const secret = newSecret(this.#parts.secrets)
    const secretHashes = [this.#parts.secrets.digest(secret)]
    const client = await this.#change(id, 'client secret rotated', source, (before) => {
      if (!isConfidential(before)) throw new InvalidInput(`client ${quoted(id)} is public, so it has no secret`)
      const { previousSecret: _, ...kept } = before
      const [hash] = before.secretHashes
      const until = new Date(this.#parts.clock.now().getTime() + keepOldMs)
      return { ...kept, secretHashes, ...(keepOldMs > 0 && hash !== undefined && { previousSecret: { hash, until } }) }
    })
    return { client, secret }
  }

  /** Applies the change to the client as it stands, again when it was changed meanwhile. */
  async #change(id: string, done: string, source: Source, change: (client: Client) => Client | Promise<Client>): Promise<Client> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = await this.client(id)
      const client = { ...(await change(before)), revision: before.revision + 1 }
      if (!(await this.#store.clients.replace(client))) continue
      record(this.#parts, source, done, { client_id: client.id })
      return client
    }
    throw new StoreUnavailable(`client ${quoted(id)} is being changed by others all the time: try again`)
  }

  async #endClient(clientId: ClientId): Promise<void> {
    await this.#store.grants.endAll({ clientId }, 'client-deleted', this.#parts.clock.now())
    await this.#store.consents.forget({ clientId })
  }

  async #mustKnowScopes(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const known = (await this.#store.scopes.list()).map(({ name }) => name)
    mustBeAmong('scope', names, known, 'is unknown; create it first')
  }

  /** RFC 9700 §4.15: `sub` is either a person or a client. */
  async #mustBeFreeClientId(id: string): Promise<void> {
    mustBeClientId(id)
    if (await this.#store.clients.find(id as ClientId)) throw taken('id', id)
    if (await this.#store.users.find(id as UserId)) throw new InvalidInput(`id: ${quoted(id)} is the id of a person`)
  }
}
