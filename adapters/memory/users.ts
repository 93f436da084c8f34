import type { UserId } from '../../domain/ids.js'
import type { SecondFactor } from '../../domain/second-factor.js'
import { SECURITY_EVENTS_KEPT, type SecurityEvent } from '../../domain/security-event.js'
import type { User } from '../../domain/user.js'
import type { UserChange, UserCondition, UserRepository } from '../../ports/user-repository.js'
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

  async change(id: UserId, change: UserChange, provided: UserCondition = {}): Promise<User | undefined> {
    const user = this.#users.get(id)
    if (user === undefined || !holds(user, provided)) return undefined
    this.#users.replace(changedUser(user, change))
    return this.#users.get(id)
  }

  async rehash(id: UserId, from: string, to: string): Promise<void> {
    const user = this.#users.get(id)
    if (user?.passwordHash === from) this.#users.replace({ ...user, passwordHash: to })
  }

  async acceptStep(id: UserId, step: number): Promise<boolean> {
    return this.#changeFactor(id, (factor) => (factor.lastStep < step ? { ...factor, lastStep: step } : undefined))
  }

  async spendRecoveryCode(id: UserId, code: string): Promise<boolean> {
    return this.#changeFactor(id, (factor) => {
      const recoveryCodes = factor.recoveryCodes.filter((left) => left !== code)
      return recoveryCodes.length < factor.recoveryCodes.length ? { ...factor, recoveryCodes } : undefined
    })
  }

  async resealSecondFactor(id: UserId, from: string, to: string): Promise<boolean> {
    return this.#changeFactor(id, (factor) => (factor.sealedSecret === from ? { ...factor, sealedSecret: to } : undefined))
  }

  async note(id: UserId, event: SecurityEvent): Promise<void> {
    const user = this.#users.get(id)
    if (user !== undefined) this.#users.replace({ ...user, events: [...user.events, event].slice(-SECURITY_EVENTS_KEPT) })
  }

  async remove(id: UserId): Promise<boolean> {
    return this.#users.delete(id)
  }

  #changeFactor(id: UserId, change: (factor: SecondFactor) => SecondFactor | undefined): boolean {
    const user = this.#users.get(id)
    const secondFactor = user?.secondFactor && change(user.secondFactor)
    return user !== undefined && secondFactor !== undefined && this.#users.replace({ ...user, secondFactor })
  }
}

const holds = ({ passwordHash, secondFactor }: User, provided: UserCondition): boolean =>
  (provided.passwordHash === undefined || provided.passwordHash === passwordHash) &&
  (provided.sealedSecret === undefined || provided.sealedSecret === (secondFactor?.sealedSecret ?? null))

function changedUser(user: User, change: UserChange): User {
  const { name, email, passwordHash, disabledAt, endSessions, endGrants, endCodes } = change
  const { disabledAt: wasDisabledAt, secondFactor: before, ...kept } = user
  const disabled = disabledAt === undefined ? wasDisabledAt : (disabledAt ?? undefined)
  const factor = changedFactor(before, change)
  return {
    ...kept,
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(passwordHash !== undefined && { passwordHash }),
    ...(disabled !== undefined && { disabledAt: disabled }),
    ...(factor !== undefined && { secondFactor: factor }),
    sessionEpoch: user.sessionEpoch + (endSessions === true ? 1 : 0),
    grantEpoch: user.grantEpoch + (endGrants === true ? 1 : 0),
    withdrawalEpoch: user.withdrawalEpoch + (endCodes === true ? 1 : 0),
  }
}

function changedFactor(before: SecondFactor | undefined, { secondFactor, recoveryCodes }: UserChange): SecondFactor | undefined {
  const factor = secondFactor === undefined ? before : (secondFactor ?? undefined)
  return factor && recoveryCodes ? { ...factor, recoveryCodes } : factor
}
