import type { Source } from '../domain/audit.js'
import type { AuthMethod, Client, GrantType } from '../domain/client.js'
import type { Grant } from '../domain/grant.js'
import type { Resource } from '../domain/resource.js'
import type { Scope } from '../domain/scope.js'
import type { Session } from '../domain/session.js'
import type { User } from '../domain/user.js'

export interface ClientDraft {
  readonly name: string
  readonly id?: string
  readonly isPublic?: boolean
  readonly authMethod?: AuthMethod
  readonly redirectUris?: readonly string[]
  readonly grants?: readonly GrantType[]
  readonly scopes?: readonly string[]
  readonly defaultScopes?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceServerFor?: readonly string[]
  readonly firstParty?: boolean
  readonly requireOtp?: boolean
  /** At least 16 characters; made when absent. */
  readonly secret?: string
}
export type ClientUpdate = Partial<Omit<ClientDraft, 'id' | 'isPublic' | 'authMethod' | 'secret'>>

/** A client with the secret that is told once; absent for a public one. */
export interface ClientWithSecret {
  readonly client: Client
  readonly secret?: string
}

/** What an operator does. Every wrong value, unknown or taken name is InvalidInput with a sentence that names the field; nothing is changed then. */
export interface ForAdministering {
  createClient(draft: ClientDraft, source: Source): Promise<ClientWithSecret>
  listClients(): Promise<readonly Client[]>
  client(id: string): Promise<Client>
  updateClient(id: string, update: ClientUpdate, source: Source): Promise<Client>
  /** Ends its grants and approvals for good. */
  deleteClient(id: string, source: Source): Promise<void>
  disableClient(id: string, source: Source): Promise<Client>
  enableClient(id: string, source: Source): Promise<Client>
  /** The old secret is refused at once, or stays good for `keepOldMs`. */
  rotateClientSecret(id: string, source: Source, options?: { readonly keepOldMs?: number }): Promise<ClientWithSecret>

  createUser(draft: { username: string; password: string; name?: string; email?: string }, source: Source): Promise<User>
  listUsers(): Promise<readonly User[]>
  /** `who` is a user name or an id, here and below. */
  user(who: string): Promise<User>
  updateUser(who: string, update: { name?: string; email?: string }, source: Source): Promise<User>
  /** Ends the person's sessions and grants. */
  setPassword(who: string, password: string, source: Source): Promise<User>
  /** Makes sessions and grants worthless at once. */
  disableUser(who: string, source: Source): Promise<User>
  /** Brings the grants back, not the sessions. */
  enableUser(who: string, source: Source): Promise<User>
  /** Ends grants, approvals and sessions for good. */
  deleteUser(who: string, source: Source): Promise<void>
  /** Takes the second factor away, recovery codes included; the person can set up another. Sessions and grants stay. */
  resetOtp(who: string, source: Source): Promise<User>

  createScope(scope: Scope, source: Source): Promise<Scope>
  updateScope(scope: Scope, source: Source): Promise<Scope>
  listScopes(): Promise<readonly Scope[]>
  deleteScope(name: string, source: Source): Promise<void>
  createResource(resource: Resource, source: Source): Promise<Resource>
  listResources(): Promise<readonly Resource[]>
  deleteResource(uri: string, source: Source): Promise<void>

  /** Those alive. */
  listGrants(filter: { user?: string; client?: string }): Promise<readonly Grant[]>
  revokeGrant(id: string, source: Source): Promise<void>
  /** Exactly one of both; also forgets the approvals behind them. How many grants ended. */
  revokeGrants(filter: { user?: string; client?: string }, source: Source): Promise<number>
  listSessions(who: string): Promise<readonly Session[]>
  endSession(id: string, source: Source): Promise<void>
  endSessions(who: string, source: Source): Promise<number>
}
