import type { UserId } from '../../domain/ids.js'
import type { SecondFactor } from '../../domain/second-factor.js'
import type { SecurityEvent } from '../../domain/security-event.js'
import {
  changedFactor,
  changedUser,
  factorMethods,
  meets,
  noted,
  type FactorChange,
  type UserChange,
  type UserCondition,
} from '../../domain/user-change.js'
import type { User } from '../../domain/user.js'
import type { UserRepository } from '../../ports/user-repository.js'
import { date, insertInto, integer, json, maybeDate, maybeMilliseconds, maybeText, present, replaceIn, text } from './columns.js'
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
  'second_factor',
  'events',
] as const
const INSERT = insertInto('users', COLUMNS)
const REPLACE = replaceIn('users', COLUMNS, 'id')
const FIND = 'SELECT * FROM users WHERE id = :id'
const REHASH = 'UPDATE users SET password_hash = :after WHERE id = :id AND password_hash = :before'

export class SqliteUserRepository implements UserRepository {
  readonly #store: Connection

  readonly #factor = factorMethods((id, change) => this.#changeFactor(id, change))
  readonly acceptStep = this.#factor.acceptStep
  readonly spendRecoveryCode = this.#factor.spendRecoveryCode
  readonly renewRecoveryCodes = this.#factor.renewRecoveryCodes
  readonly resealSecondFactor = this.#factor.resealSecondFactor

  constructor(store: Connection) {
    this.#store = store
  }

  async find(id: UserId): Promise<User | undefined> {
    return toUser(await this.#store.read(() => this.#store.get(FIND, { id })))
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

  async change(id: UserId, change: UserChange, provided: UserCondition = {}): Promise<User | undefined> {
    return this.#replace(id, (user) => (meets(user, provided) ? changedUser(user, change) : undefined))
  }

  async rehash(id: UserId, from: string, to: string): Promise<void> {
    await this.#store.write(() => this.#store.run(REHASH, { id, before: from, after: to }))
  }

  async note(id: UserId, event: SecurityEvent): Promise<void> {
    await this.#replace(id, (user) => noted(user, event))
  }

  async remove(id: UserId): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run('DELETE FROM users WHERE id = :id', { id }))) === 1
  }

  /** Reads and writes in one transaction, so nothing comes between. */
  async #replace(id: UserId, change: (user: User) => User | undefined): Promise<User | undefined> {
    return this.#store.write(() => {
      const before = toUser(this.#store.get(FIND, { id }))
      const after = before && change(before)
      if (after !== undefined) this.#store.run(REPLACE, rowOfUser(after))
      return after
    })
  }

  async #changeFactor(id: UserId, change: FactorChange): Promise<boolean> {
    return (await this.#replace(id, (user) => changedFactor(user, change))) !== undefined
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
  second_factor: user.secondFactor === undefined ? null : json(user.secondFactor),
  events: json(user.events),
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
  ...present({ secondFactor: secondFactorOf(maybeText(row, 'second_factor')) }),
  events: eventsOf(text(row, 'events')),
})

/** Dates went into JSON as text. */
type InJson<T> = { readonly [K in keyof T]: T[K] extends Date ? string : T[K] }

function secondFactorOf(stored: string | undefined): SecondFactor | undefined {
  if (stored === undefined) return undefined
  const factor = JSON.parse(stored) as InJson<SecondFactor>
  return { ...factor, enrolledAt: new Date(factor.enrolledAt) }
}

const eventsOf = (stored: string): readonly SecurityEvent[] =>
  stored === '[]' ? [] : (JSON.parse(stored) as InJson<SecurityEvent>[]).map((event) => ({ ...event, at: new Date(event.at) }))

const toUser = (row: Row | undefined): User | undefined => row && userOfRow(row)
