import type { ForAdministering } from '../ports/for-administering.js'
import { record, taken, unknown, type AdministratorParts } from './administration.js'
import type { Source } from './audit.js'
import { mustBeFine, mustBeScopeTokens } from './client-registration.js'
import { mustBeName } from './names.js'
import { resourceUriProblem, type Resource } from './resource.js'
import type { Scope } from './scope.js'

/** What an operator may do to scopes and resources. */
export class CatalogueAdministration implements Pick<
  ForAdministering,
  'createScope' | 'updateScope' | 'listScopes' | 'deleteScope' | 'createResource' | 'listResources' | 'deleteResource'
> {
  readonly #parts: AdministratorParts
  readonly #store: AdministratorParts['storage']

  constructor(parts: AdministratorParts) {
    this.#parts = parts
    this.#store = parts.storage
  }

  async createScope(scope: Scope, source: Source): Promise<Scope> {
    mustBeScopeTokens('scope', [scope.name])
    mustBeName('scope', scope.name)
    mustBeName('description', scope.description)
    if (!(await this.#store.scopes.add(scope))) throw taken('scope', scope.name)
    record(this.#parts, source, `scope created: ${scope.name}`)
    return scope
  }

  async updateScope(scope: Scope, source: Source): Promise<Scope> {
    mustBeName('description', scope.description)
    if (!(await this.#store.scopes.replace(scope))) throw unknown('scope', scope.name)
    record(this.#parts, source, `scope updated: ${scope.name}`)
    return scope
  }

  listScopes = (): Promise<readonly Scope[]> => this.#store.scopes.list()

  async deleteScope(name: string, source: Source): Promise<void> {
    if (!(await this.#store.scopes.remove(name))) throw unknown('scope', name)
    record(this.#parts, source, `scope deleted: ${name}`)
  }

  async createResource(resource: Resource, source: Source): Promise<Resource> {
    mustBeFine('resource', resource.uri, resourceUriProblem(resource.uri))
    mustBeName('name', resource.name)
    mustBeScopeTokens('scope', resource.scopes)
    const created = { ...resource, scopes: [...new Set(resource.scopes)] }
    if (!(await this.#store.resources.add(created))) throw taken('resource', resource.uri)
    record(this.#parts, source, `resource created: ${resource.uri}`)
    return created
  }

  listResources = (): Promise<readonly Resource[]> => this.#store.resources.list()

  async deleteResource(uri: string, source: Source): Promise<void> {
    if (!(await this.#store.resources.remove(uri))) throw unknown('resource', uri)
    record(this.#parts, source, `resource deleted: ${uri}`)
  }
}
