import type { Client } from '../../domain/client.js'
import type { ClientId } from '../../domain/ids.js'
import type { ClientRepository } from '../../ports/client-repository.js'
import { add } from './adding.js'
import type { Connection } from './connection.js'
import { absentFrom, documentOf, recordOf } from './documents.js'
import { removeOne } from './removing.js'
import { isThere, newMark, noting } from './statements.js'
import { listed } from './listing.js'
import { text } from './values.js'

export class MongoClientRepository implements ClientRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async find(id: ClientId): Promise<Client | undefined> {
    const document = await this.#store.ask((within) => this.#store.collection('clients').findOne({ _id: text(id) }, within()))
    return document === null ? undefined : recordOf('clients', document)
  }

  async list(): Promise<readonly Client[]> {
    return listed(this.#store, 'clients', {}, { _id: 1 })
  }

  async add(client: Client): Promise<boolean> {
    return add(this.#store, 'clients', client)
  }

  /** A call that asks again finds its change by its mark, also when others have changed the client since. */
  async replace(client: Client): Promise<boolean> {
    const collection = this.#store.collection('clients')
    const document = documentOf('clients', client)
    const { _id, ...fields } = document
    const registration = text(client.registration)
    const mark = newMark()
    const absent = Object.fromEntries(absentFrom('clients', document).map((name) => [name, true]))
    const change = noting(mark, { $set: fields, $unset: absent })
    return this.#store.ask(async (within) => {
      const before = { _id, registration, revision: client.revision - 1, removedBy: null, changedBy: { $ne: mark } }
      const { modifiedCount } = await collection.updateOne(before, change, within())
      return modifiedCount === 1 || isThere(collection, { _id, changedBy: mark }, within)
    })
  }

  async remove(id: ClientId): Promise<boolean> {
    return removeOne(this.#store, 'clients', text(id))
  }
}
