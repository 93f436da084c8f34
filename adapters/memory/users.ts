import type { UserId } from '../../domain/ids.js'
import type { User } from '../../domain/user.js'
import type { UserChange, UserRepository } from '../../ports/user-repository.js'
import { byText } from './order.js'
import type { Rows } from './rows.js'

export class MemoryUserRepository implements UserRepository {
  readonly #users: Rows['users']

  constructor({ users }: Pick<Rows, 'users'>) {
    this.#users = users
  }

  async find(id: UserId): Promise<User | undefined> {
    return this.#users.get(id)
  }

  async findByUsername(username: string): Promise<User | undefined> {
    return this.#users.find((user) => user.username === username)
  }

  async list(): Promise<readonly User[]> {
    return this.#users.all().sort(byText(({ username }) => username))
  }

  async add(user: User): Promise<boolean> {
    const namesake = this.#users.find(({ username }) => username === user.username)
    return namesake === undefined && this.#users.add(user)
  }

  async change(id: UserId, change: UserChange): Promise<User | undefined> {
    const user = this.#users.get(id)
    if (user === undefined) return undefined
    this.#users.replace(changedUser(user, change))
    return this.#users.get(id)
  }

  async rehash(id: UserId, from: string, to: string): Promise<void> {
    const user = this.#users.get(id)
    if (user?.passwordHash === from) this.#users.replace({ ...user, passwordHash: to })
  }

  async remove(id: UserId): Promise<boolean> {
    return this.#users.delete(id)
  }
}

function changedUser(user: User, { name, email, passwordHash, disabledAt, endSessions, endGrants, endCodes }: UserChange): User {
  const { disabledAt: wasDisabledAt, ...kept } = user
  const disabled = disabledAt === undefined ? wasDisabledAt : (disabledAt ?? undefined)
  return {
    ...kept,
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(passwordHash !== undefined && { passwordHash }),
    ...(disabled !== undefined && { disabledAt: disabled }),
    sessionEpoch: user.sessionEpoch + (endSessions === true ? 1 : 0),
    grantEpoch: user.grantEpoch + (endGrants === true ? 1 : 0),
    withdrawalEpoch: user.withdrawalEpoch + (endCodes === true ? 1 : 0),
  }
}
