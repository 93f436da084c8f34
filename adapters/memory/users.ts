import type { UserId } from '../../domain/ids.js'
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
import { byText } from './order.js'
import type { Rows } from './rows.js'

export class MemoryUserRepository implements UserRepository {
  readonly #users: Rows['users']

  readonly #factor = factorMethods((id, change) => this.#changeFactor(id, change))
  readonly acceptStep = this.#factor.acceptStep
  readonly spendRecoveryCode = this.#factor.spendRecoveryCode
  readonly renewRecoveryCodes = this.#factor.renewRecoveryCodes
  readonly resealSecondFactor = this.#factor.resealSecondFactor

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

  async change(id: UserId, change: UserChange, provided: UserCondition = {}): Promise<User | undefined> {
    const user = this.#users.get(id)
    if (user === undefined || !meets(user, provided)) return undefined
    this.#users.replace(changedUser(user, change))
    return this.#users.get(id)
  }

  async rehash(id: UserId, from: string, to: string): Promise<void> {
    const user = this.#users.get(id)
    if (user?.passwordHash === from) this.#users.replace({ ...user, passwordHash: to })
  }

  async note(id: UserId, event: SecurityEvent): Promise<void> {
    const user = this.#users.get(id)
    if (user !== undefined) this.#users.replace(noted(user, event))
  }

  async remove(id: UserId): Promise<boolean> {
    return this.#users.delete(id)
  }

  async #changeFactor(id: UserId, change: FactorChange): Promise<boolean> {
    const changed = changedFactor(this.#users.get(id), change)
    return changed !== undefined && this.#users.replace(changed)
  }
}
