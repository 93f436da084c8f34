import type { Scope } from '../../domain/scope.js'
import type { ScopeRepository } from '../../ports/scope-repository.js'
import { byText } from './order.js'
import type { Rows } from './rows.js'

export class MemoryScopeRepository implements ScopeRepository {
  readonly #scopes: Rows['scopes']

  constructor({ scopes }: Pick<Rows, 'scopes'>) {
    this.#scopes = scopes
  }

  async list(): Promise<readonly Scope[]> {
    return this.#scopes.all().sort(byText(({ name }) => name))
  }

  async add(scope: Scope): Promise<boolean> {
    return this.#scopes.add(scope)
  }

  async replace(scope: Scope): Promise<boolean> {
    return this.#scopes.replace(scope)
  }

  async remove(name: string): Promise<boolean> {
    return this.#scopes.delete(name)
  }
}
