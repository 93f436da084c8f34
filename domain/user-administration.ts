import type { ForAdministering } from '../ports/for-administering.js'
import type { UserChange } from '../ports/user-repository.js'
import { knownUser, newId, record, taken, unknown, type AdministratorParts } from './administration.js'
import type { Source } from './audit.js'
import type { SessionId, UserId } from './ids.js'
import { mustBeEmail, mustBeName, mustBePassword } from './names.js'
import type { SecurityEventName } from './security-event.js'
import { isAlive, type Session } from './session.js'
import type { User } from './user.js'

type Details = Pick<UserChange, 'name' | 'email'>

function mustBeDetails({ name, email }: Details): void {
  if (name !== undefined) mustBeName('name', name)
  if (email !== undefined) mustBeEmail(email)
}

const details = ({ name, email }: Details): Details => ({ ...(name !== undefined && { name }), ...(email !== undefined && { email }) })

/** What an operator may do to people and their sessions. */
export class UserAdministration implements Pick<
  ForAdministering,
  | 'createUser'
  | 'listUsers'
  | 'user'
  | 'updateUser'
  | 'setPassword'
  | 'disableUser'
  | 'enableUser'
  | 'deleteUser'
  | 'resetOtp'
  | 'listSessions'
  | 'endSession'
  | 'endSessions'
> {
  readonly #parts: AdministratorParts
  readonly #store: AdministratorParts['storage']

  constructor(parts: AdministratorParts) {
    this.#parts = parts
    this.#store = parts.storage
  }

  async createUser(draft: { username: string; password: string; name?: string; email?: string }, source: Source): Promise<User> {
    const { username, password } = draft
    mustBeName('user name', username)
    mustBeDetails(draft)
    mustBePassword(password)
    const { users } = this.#store
    if ((await users.findByUsername(username)) ?? (await users.find(username as UserId))) throw taken('user name', username)
    const passwordHash = await this.#parts.hasher.hash(password)
    const id = newId(this.#parts.secrets) as UserId
    const user: User = {
      id,
      username,
      ...details(draft),
      passwordHash,
      sessionEpoch: 0,
      grantEpoch: 0,
      withdrawalEpoch: 0,
      createdAt: this.#parts.clock.now(),
      events: [],
    }
    if (!(await users.add(user))) throw taken('user name', username)
    record(this.#parts, source, 'user created', { user_id: id })
    return user
  }

  listUsers = (): Promise<readonly User[]> => this.#store.users.list()

  user = (who: string): Promise<User> => knownUser(this.#parts, who)

  async updateUser(who: string, update: { name?: string; email?: string }, source: Source): Promise<User> {
    mustBeDetails(update)
    return this.#changeUser(who, details(update), 'user updated', source)
  }

  async setPassword(who: string, password: string, source: Source): Promise<User> {
    mustBePassword(password)
    const { id } = await this.user(who)
    const passwordHash = await this.#parts.hasher.hash(password)
    // The epochs make everything worthless in one step; the rows may follow.
    const user = await this.#changeUser(id, { passwordHash, endSessions: true, endGrants: true }, 'password set', source)
    await this.#store.grants.endAll({ userId: id }, 'password-changed', this.#parts.clock.now())
    await this.#store.sessions.endAll({ userId: id })
    await this.#note(id, 'password-changed', source)
    return user
  }

  async resetOtp(who: string, source: Source): Promise<User> {
    const user = await this.#changeUser(who, { secondFactor: null }, 'second factor reset', source)
    await this.#note(user.id, 'second-factor-disabled', source)
    return user
  }

  async disableUser(who: string, source: Source): Promise<User> {
    const user = await this.#changeUser(who, { disabledAt: this.#parts.clock.now(), endSessions: true }, 'user disabled', source)
    await this.#store.sessions.endAll({ userId: user.id })
    return user
  }

  enableUser(who: string, source: Source): Promise<User> {
    return this.#changeUser(who, { disabledAt: null }, 'user enabled', source)
  }

  async deleteUser(who: string, source: Source): Promise<void> {
    const { id } = await this.user(who)
    // First the person, so that nothing that starts meanwhile outlives the rest.
    const removed = await this.#store.users.remove(id)
    // Somebody else may have removed the person, and may have been stopped before the rest.
    await this.#store.grants.endAll({ userId: id }, 'user-deleted', this.#parts.clock.now())
    await this.#store.consents.forget({ userId: id })
    await this.#store.sessions.endAll({ userId: id })
    if (!removed) throw unknown('user', who)
    record(this.#parts, source, 'user deleted', { user_id: id })
  }

  async listSessions(who: string): Promise<readonly Session[]> {
    const user = await this.user(who)
    const at = this.#parts.clock.now()
    return (await this.#store.sessions.list({ userId: user.id })).filter((session) => isAlive(session, user, at))
  }

  async endSession(id: string, source: Source): Promise<void> {
    const session = await this.#store.sessions.find(id as SessionId)
    if (session === undefined || !(await this.#store.sessions.end(session.id))) throw unknown('session', id)
    record(this.#parts, source, 'session ended', { user_id: session.userId })
  }

  async endSessions(who: string, source: Source): Promise<number> {
    const { id } = await this.#changeUser(who, { endSessions: true }, 'sessions ended', source)
    return this.#store.sessions.endAll({ userId: id })
  }

  /** What was done is done, whether the person can be shown it or not. */
  async #note(id: UserId, event: SecurityEventName, { address }: Source): Promise<void> {
    await this.#store.users.note(id, { event, at: this.#parts.clock.now(), address }).catch(() => undefined)
  }

  async #changeUser(who: string, change: UserChange, done: string, source: Source): Promise<User> {
    const { id } = await this.user(who)
    const user = await this.#store.users.change(id, change)
    if (user === undefined) throw unknown('user', who)
    record(this.#parts, source, done, { user_id: id })
    return user
  }
}
