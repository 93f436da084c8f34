import type { Resource } from '../../domain/resource.js'
import type { ResourceRepository } from '../../ports/resource-repository.js'
import { add } from './adding.js'
import type { Connection } from './connection.js'
import { listed } from './listing.js'
import { removeOne } from './removing.js'
import { text } from './values.js'

export class MongoResourceRepository implements ResourceRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async list(): Promise<readonly Resource[]> {
    return listed(this.#store, 'resources', {}, { _id: 1 })
  }

  async add(resource: Resource): Promise<boolean> {
    return add(this.#store, 'resources', resource)
  }

  async remove(uri: string): Promise<boolean> {
    return removeOne(this.#store, 'resources', text(uri))
  }
}
