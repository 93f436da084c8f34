import type { UserId } from '../../domain/ids.js'
import type { User } from '../../domain/user.js'
import type { UserChange, UserRepository } from '../../ports/user-repository.js'
import { bit, date, insertInto, integer, maybeDate, maybeMilliseconds, maybeText, present, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const COLUMNS = [
  'id',
  'username',
  'name',
  'email',
  'password_hash',
  'session_epoch',
  'grant_epoch',
  'withdrawal_epoch',
  'created_at',
  'disabled_at',
] as const
const INSERT = insertInto('users', COLUMNS)
const CHANGE = `
  UPDATE users SET name = coalesce(:name, name), email = coalesce(:email, email), password_hash = coalesce(:password_hash, password_hash),
    disabled_at = iif(:keeps_disabled_at, disabled_at, :disabled_at),
    session_epoch = session_epoch + :ends_sessions, grant_epoch = grant_epoch + :ends_grants,
    withdrawal_epoch = withdrawal_epoch + :ends_codes
  WHERE id = :id RETURNING *`
const REHASH = 'UPDATE users SET password_hash = :after WHERE id = :id AND password_hash = :before'

export class SqliteUserRepository implements UserRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async find(id: UserId): Promise<User | undefined> {
    return toUser(await this.#store.read(() => this.#store.get('SELECT * FROM users WHERE id = :id', { id })))
  }

  async findByUsername(username: string): Promise<User | undefined> {
    return toUser(await this.#store.read(() => this.#store.get('SELECT * FROM users WHERE username = :username', { username })))
  }

  async list(): Promise<readonly User[]> {
    const rows = await this.#store.read(() => this.#store.all('SELECT * FROM users ORDER BY username'))
    return rows.map(userOfRow)
  }

  async add(user: User): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run(INSERT, rowOfUser(user)))) === 1
  }

  async change(id: UserId, change: UserChange): Promise<User | undefined> {
    const parameters = {
      id,
      name: change.name ?? null,
      email: change.email ?? null,
      password_hash: change.passwordHash ?? null,
      keeps_disabled_at: bit(change.disabledAt === undefined),
      disabled_at: maybeMilliseconds(change.disabledAt ?? undefined),
      ends_sessions: bit(change.endSessions === true),
      ends_grants: bit(change.endGrants === true),
      ends_codes: bit(change.endCodes === true),
    }
    return toUser(await this.#store.write(() => this.#store.get(CHANGE, parameters)))
  }

  async rehash(id: UserId, from: string, to: string): Promise<void> {
    await this.#store.write(() => this.#store.run(REHASH, { id, before: from, after: to }))
  }

  async remove(id: UserId): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run('DELETE FROM users WHERE id = :id', { id }))) === 1
  }
}

export const rowOfUser = (user: User): Record<(typeof COLUMNS)[number], Row[string]> => ({
  id: user.id,
  username: user.username,
  name: user.name ?? null,
  email: user.email ?? null,
  password_hash: user.passwordHash,
  session_epoch: user.sessionEpoch,
  grant_epoch: user.grantEpoch,
  withdrawal_epoch: user.withdrawalEpoch,
  created_at: user.createdAt.getTime(),
  disabled_at: maybeMilliseconds(user.disabledAt),
})

export const userOfRow = (row: Row): User => ({
  id: text(row, 'id') as UserId,
  username: text(row, 'username'),
  ...present({ name: maybeText(row, 'name'), email: maybeText(row, 'email'), disabledAt: maybeDate(row, 'disabled_at') }),
  passwordHash: text(row, 'password_hash'),
  sessionEpoch: integer(row, 'session_epoch'),
  grantEpoch: integer(row, 'grant_epoch'),
  withdrawalEpoch: integer(row, 'withdrawal_epoch'),
  createdAt: date(row, 'created_at'),
})

const toUser = (row: Row | undefined): User | undefined => row && userOfRow(row)
