import type { Client } from '../../domain/client.js'
import type { ClientId } from '../../domain/ids.js'
import type { ClientRepository } from '../../ports/client-repository.js'
import { byText } from './order.js'
import type { Rows } from './rows.js'

export class MemoryClientRepository implements ClientRepository {
  readonly #clients: Rows['clients']

  constructor({ clients }: Pick<Rows, 'clients'>) {
    this.#clients = clients
  }

  async find(id: ClientId): Promise<Client | undefined> {
    return this.#clients.get(id)
  }

  async list(): Promise<readonly Client[]> {
    return this.#clients.all().sort(byText(({ id }) => id))
  }

  async add(client: Client): Promise<boolean> {
    return this.#clients.add(client)
  }

  async replace(client: Client): Promise<boolean> {
    const { registration, revision } = this.#clients.get(client.id) ?? {}
    return registration === client.registration && revision === client.revision - 1 && this.#clients.replace(client)
  }

  async remove(id: ClientId): Promise<boolean> {
    return this.#clients.delete(id)
  }
}
