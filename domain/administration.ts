import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { PasswordHasher } from '../ports/password-hasher.js'
import type { Secrets } from '../ports/secrets.js'
import type { Storage } from '../ports/storage.js'
import type { AuditEvent, Source } from './audit.js'
import type { Client } from './client.js'
import { InvalidInput } from './errors.js'
import type { ClientId, UserId } from './ids.js'
import { quoted } from './names.js'
import type { User } from './user.js'

/** What administering works with. */
export interface AdministratorParts {
  readonly storage: Pick<Storage, 'clients' | 'users' | 'grants' | 'consents' | 'sessions' | 'scopes' | 'resources'>
  readonly secrets: Secrets
  readonly hasher: PasswordHasher
  readonly clock: Clock
  readonly audit: AuditLog
}

export const unknown = (what: string, name: string): InvalidInput => new InvalidInput(`there is no ${what} ${quoted(name)}`)
export const taken = (field: string, name: string): InvalidInput => new InvalidInput(`${field}: ${quoted(name)} is taken`)

export async function knownClient({ storage }: AdministratorParts, id: string): Promise<Client> {
  const client = await storage.clients.find(id as ClientId)
  if (client === undefined) throw unknown('client', id)
  return client
}

/** By id or by user name; a user name is never another person's id. */
export async function knownUser({ storage }: AdministratorParts, who: string): Promise<User> {
  const user = (await storage.users.find(who as UserId)) ?? (await storage.users.findByUsername(who))
  if (user === undefined) throw unknown('user', who)
  return user
}

/** Never with a hyphen in front: a command line would take it for an option. */
export function newId(secrets: Secrets): string {
  let id = secrets.random(16)
  while (id.startsWith('-')) id = secrets.random(16)
  return id
}

export const newSecret = (secrets: Secrets): string => `pc_cs_${secrets.random(32)}`

/** `reason` says what was done; names of things that may be secret stay out of it. */
export function record(
  { audit }: AdministratorParts,
  source: Source,
  reason: string,
  subject: Pick<AuditEvent, 'client_id' | 'user_id' | 'grant_id'> = {},
): void {
  audit.record({ event: 'operator', outcome: 'ok', reason, ...subject }, source)
}
