import type { ForAdministering } from '../ports/for-administering.js'
import type { AdministratorParts } from './administration.js'
import { CatalogueAdministration } from './catalogue-administration.js'
import { ClientAdministration } from './client-administration.js'
import { GrantAdministration } from './grant-administration.js'
import { UserAdministration } from './user-administration.js'

type Can<Name extends keyof ForAdministering> = ForAdministering[Name]

/** All that an operator may do; what it means is decided by kind of thing. */
export class Administrator implements ForAdministering {
  readonly #clients: ClientAdministration
  readonly #users: UserAdministration
  readonly #catalogue: CatalogueAdministration
  readonly #grants: GrantAdministration

  constructor(parts: AdministratorParts) {
    this.#clients = new ClientAdministration(parts)
    this.#users = new UserAdministration(parts)
    this.#catalogue = new CatalogueAdministration(parts)
    this.#grants = new GrantAdministration(parts)
  }

  createClient: Can<'createClient'> = (draft, source) => this.#clients.createClient(draft, source)
  listClients: Can<'listClients'> = () => this.#clients.listClients()
  client: Can<'client'> = (id) => this.#clients.client(id)
  updateClient: Can<'updateClient'> = (id, update, source) => this.#clients.updateClient(id, update, source)
  deleteClient: Can<'deleteClient'> = (id, source) => this.#clients.deleteClient(id, source)
  disableClient: Can<'disableClient'> = (id, source) => this.#clients.disableClient(id, source)
  enableClient: Can<'enableClient'> = (id, source) => this.#clients.enableClient(id, source)
  rotateClientSecret: Can<'rotateClientSecret'> = (id, source, options) => this.#clients.rotateClientSecret(id, source, options)

  createUser: Can<'createUser'> = (draft, source) => this.#users.createUser(draft, source)
  listUsers: Can<'listUsers'> = () => this.#users.listUsers()
  user: Can<'user'> = (who) => this.#users.user(who)
  updateUser: Can<'updateUser'> = (who, update, source) => this.#users.updateUser(who, update, source)
  setPassword: Can<'setPassword'> = (who, password, source) => this.#users.setPassword(who, password, source)
  disableUser: Can<'disableUser'> = (who, source) => this.#users.disableUser(who, source)
  enableUser: Can<'enableUser'> = (who, source) => this.#users.enableUser(who, source)
  deleteUser: Can<'deleteUser'> = (who, source) => this.#users.deleteUser(who, source)
  resetOtp: Can<'resetOtp'> = (who, source) => this.#users.resetOtp(who, source)
  listSessions: Can<'listSessions'> = (who) => this.#users.listSessions(who)
  endSession: Can<'endSession'> = (id, source) => this.#users.endSession(id, source)
  endSessions: Can<'endSessions'> = (who, source) => this.#users.endSessions(who, source)

  createScope: Can<'createScope'> = (scope, source) => this.#catalogue.createScope(scope, source)
  updateScope: Can<'updateScope'> = (scope, source) => this.#catalogue.updateScope(scope, source)
  listScopes: Can<'listScopes'> = () => this.#catalogue.listScopes()
  deleteScope: Can<'deleteScope'> = (name, source) => this.#catalogue.deleteScope(name, source)
  createResource: Can<'createResource'> = (resource, source) => this.#catalogue.createResource(resource, source)
  listResources: Can<'listResources'> = () => this.#catalogue.listResources()
  deleteResource: Can<'deleteResource'> = (uri, source) => this.#catalogue.deleteResource(uri, source)

  listGrants: Can<'listGrants'> = (filter) => this.#grants.listGrants(filter)
  revokeGrant: Can<'revokeGrant'> = (id, source) => this.#grants.revokeGrant(id, source)
  revokeGrants: Can<'revokeGrants'> = (filter, source) => this.#grants.revokeGrants(filter, source)
}
