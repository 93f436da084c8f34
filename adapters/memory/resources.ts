import type { Resource } from '../../domain/resource.js'
import type { ResourceRepository } from '../../ports/resource-repository.js'
import { byText } from './order.js'
import type { Rows } from './rows.js'

export class MemoryResourceRepository implements ResourceRepository {
  readonly #resources: Rows['resources']

  constructor({ resources }: Pick<Rows, 'resources'>) {
    this.#resources = resources
  }

  async list(): Promise<readonly Resource[]> {
    return this.#resources.all().sort(byText(({ uri }) => uri))
  }

  async add(resource: Resource): Promise<boolean> {
    return this.#resources.add(resource)
  }

  async remove(uri: string): Promise<boolean> {
    return this.#resources.delete(uri)
  }
}
