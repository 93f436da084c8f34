import type { ClientRepository } from '../ports/client-repository.js'
import type { Clock } from '../ports/clock.js'
import type { ResourceRepository } from '../ports/resource-repository.js'
import type { ScopeRepository } from '../ports/scope-repository.js'
import type { Client } from './client.js'
import { permission, type Permission } from './consent.js'
import { OAuthError } from './errors.js'
import type { ClientId } from './ids.js'
import { Recent } from './recent.js'
import { isId } from './names.js'
import { takes, type Resource } from './resource.js'
import { intersect, parseScope, within, type Scope } from './scope.js'

/** What an operator registered: clients, scopes and resources, at most one second old. */
export class Catalogue {
  readonly #clients: Recent<ClientId, Client>
  readonly #scopes: Recent<'all', readonly Scope[]>
  readonly #resources: Recent<'all', readonly Resource[]>

  constructor(clients: ClientRepository, scopes: ScopeRepository, resources: ResourceRepository, clock: Clock) {
    this.#clients = new Recent((id: ClientId) => clients.find(id), clock)
    this.#scopes = new Recent(() => scopes.list(), clock)
    this.#resources = new Recent(() => resources.list(), clock)
  }

  async client(id: string): Promise<Client | undefined> {
    return isId(id) ? this.#clients.get(id as ClientId) : undefined
  }

  async scopes(): Promise<readonly Scope[]> {
    return (await this.#scopes.get('all')) ?? []
  }

  async resources(): Promise<readonly Resource[]> {
    return (await this.#resources.get('all')) ?? []
  }

  /**
   * The scopes of a request: those asked for, or of the client's default those that make sense at the resources (RFC 6749 §3.3, RFC 8707 §2). Throws
   * `invalid_scope`; never widens.
   */
  async admitScopes(client: Client, scope: string | undefined, resources: readonly string[]): Promise<readonly string[]> {
    const known = (await this.scopes()).map(({ name }) => name)
    const asked = scope === undefined ? await this.scopesAt(resources, intersect(client.defaultScopes, known)) : parseScope(scope)
    if (asked === undefined) throw new OAuthError('invalid_scope', 'malformed scope')
    if (asked.length === 0) throw new OAuthError('invalid_scope', 'no scope asked for and no default')
    if (!within(asked, client.scopes) || !within(asked, known)) throw new OAuthError('invalid_scope', 'a scope is unknown or not assigned')
    if (!within(asked, await this.scopesAt(resources, asked)))
      throw new OAuthError('invalid_scope', 'a scope means nothing at the resources')
    return asked
  }

  /** Of the scopes those that make sense at one of the resources; all of them where no resource is named. A resource that lists none takes any. */
  async scopesAt(resources: readonly string[], scopes: readonly string[]): Promise<readonly string[]> {
    if (resources.length === 0) return scopes
    const there = (await this.resources()).filter(({ uri }) => resources.includes(uri))
    return scopes.filter((name) => there.some((resource) => takes(resource, name)))
  }

  /** What a token for the resources with the scopes can be used for. */
  async permissionsFor(scopes: readonly string[], resources: readonly string[]): Promise<readonly Permission[]> {
    const there = (await this.resources()).filter(({ uri }) => resources.includes(uri))
    const at = (scope: string) => there.filter((resource) => takes(resource, scope)).map(({ uri }) => uri)
    return scopes.map((scope) => permission(scope, at(scope), resources))
  }

  /** Of scopes that were approved once, those that are still the server's and the client's. */
  async scopesLeft(client: Client, approved: readonly string[]): Promise<readonly string[]> {
    const known = (await this.scopes()).map(({ name }) => name)
    return intersect(intersect(approved, client.scopes), known)
  }

  /** The same of resources. */
  async resourcesLeft(client: Client, approved: readonly string[]): Promise<readonly string[]> {
    const known = (await this.resources()).map(({ uri }) => uri)
    return intersect(intersect(approved, client.resources), known)
  }

  /** The resources of a request (RFC 8707 §2). Throws `invalid_target`. */
  async admitResources(client: Client, asked: readonly string[]): Promise<readonly string[]> {
    if (asked.length === 0) return []
    const known = (await this.resources()).map(({ uri }) => uri)
    if (!within(asked, known) || !within(asked, client.resources))
      throw new OAuthError('invalid_target', 'a resource is unknown or not assigned')
    return [...new Set(asked)]
  }
}
