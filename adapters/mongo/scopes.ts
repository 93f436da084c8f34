import type { Scope } from '../../domain/scope.js'
import type { ScopeRepository } from '../../ports/scope-repository.js'
import { add } from './adding.js'
import type { Connection } from './connection.js'
import { listed } from './listing.js'
import { removeOne } from './removing.js'
import { text } from './values.js'

export class MongoScopeRepository implements ScopeRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async list(): Promise<readonly Scope[]> {
    return listed(this.#store, 'scopes', {}, { _id: 1 })
  }

  async add(scope: Scope): Promise<boolean> {
    return add(this.#store, 'scopes', scope)
  }

  /** Sets the same again when it asks again. */
  async replace({ name, description }: Scope): Promise<boolean> {
    const filter = { _id: text(name), removedBy: null }
    const answer = await this.#store.ask((within) =>
      this.#store.collection('scopes').updateOne(filter, { $set: { description } }, within()),
    )
    return answer.matchedCount === 1
  }

  async remove(name: string): Promise<boolean> {
    return removeOne(this.#store, 'scopes', text(name))
  }
}
