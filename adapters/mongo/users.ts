import type { UserId } from '../../domain/ids.js'
import { SECURITY_EVENTS_KEPT, type SecurityEvent } from '../../domain/security-event.js'
import type { User } from '../../domain/user.js'
import type { UserChange, UserCondition, UserRepository } from '../../ports/user-repository.js'
import { add } from './adding.js'
import { changeOnce } from './changing.js'
import type { Connection } from './connection.js'
import { recordOf, type Stored } from './documents.js'
import { listed } from './listing.js'
import { removeOne } from './removing.js'
import { newMark, NOTHING, noting } from './statements.js'
import { text, whole } from './values.js'

export class MongoUserRepository implements UserRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async find(id: UserId): Promise<User | undefined> {
    return toUser(await this.#store.ask((within) => this.#users.findOne({ _id: text(id) }, within())))
  }

  async findByUsername(username: string): Promise<User | undefined> {
    return toUser(await this.#store.ask((within) => this.#users.findOne({ username: text(username) }, within())))
  }

  async list(): Promise<readonly User[]> {
    return listed(this.#store, 'users', {}, { username: 1 })
  }

  async add(user: User): Promise<boolean> {
    return add(this.#store, 'users', user)
  }

  /** A call that asks again finds its change by its mark: no epoch grows twice. */
  async change(id: UserId, change: UserChange, provided: UserCondition = {}): Promise<User | undefined> {
    const _id = text(id)
    const mark = newMark()
    const open = { _id, changedBy: { $ne: mark }, ...conditionOf(provided) }
    const update = noting(mark, operatorsOf(change))
    return this.#store.ask(async (within) => {
      const after = () => ({ ...within(), returnDocument: 'after' }) as const
      const changed = await this.#users.findOneAndUpdate(open, update, after())
      return toUser(changed ?? (await this.#users.findOneAndUpdate({ _id, changedBy: mark }, NOTHING, after())))
    })
  }

  async rehash(id: UserId, from: string, to: string): Promise<void> {
    const filter = { _id: text(id), passwordHash: text(from) }
    await this.#store.ask((within) => this.#users.updateOne(filter, { $set: { passwordHash: to } }, within()))
  }

  async acceptStep(id: UserId, step: number): Promise<boolean> {
    const older = { _id: text(id), 'secondFactor.lastStep': { $lt: whole(step) } }
    return changeOnce(this.#store, 'users', older, { $set: { 'secondFactor.lastStep': step } })
  }

  async spendRecoveryCode(id: UserId, code: string): Promise<boolean> {
    const unspent = { _id: text(id), 'secondFactor.recoveryCodes': text(code) }
    return changeOnce(this.#store, 'users', unspent, { $pull: { 'secondFactor.recoveryCodes': code } })
  }

  async renewRecoveryCodes(id: UserId, from: string, codes: readonly string[]): Promise<boolean> {
    return this.#changeFactor(id, from, { 'secondFactor.recoveryCodes': codes })
  }

  async resealSecondFactor(id: UserId, from: string, to: string): Promise<boolean> {
    return this.#changeFactor(id, from, { 'secondFactor.sealedSecret': to })
  }

  async note(id: UserId, event: SecurityEvent): Promise<void> {
    const kept = { events: { $each: [event], $slice: -SECURITY_EVENTS_KEPT } }
    await changeOnce(this.#store, 'users', { _id: text(id) }, { $push: kept })
  }

  async remove(id: UserId): Promise<boolean> {
    return removeOne(this.#store, 'users', text(id))
  }

  #changeFactor(id: UserId, from: string, change: object): Promise<boolean> {
    return changeOnce(this.#store, 'users', { _id: text(id), 'secondFactor.sealedSecret': text(from) }, { $set: change })
  }

  get #users() {
    return this.#store.collection('users')
  }
}

const toUser = (document: Stored | null): User | undefined => (document === null ? undefined : recordOf('users', document))

const conditionOf = ({ passwordHash, sessionEpoch, sealedSecret }: UserCondition) => ({
  ...(passwordHash !== undefined && { passwordHash: text(passwordHash) }),
  ...(sessionEpoch !== undefined && { sessionEpoch: whole(sessionEpoch) }),
  ...(sealedSecret === null && { secondFactor: null }),
  ...(sealedSecret !== undefined && sealedSecret !== null && { 'secondFactor.sealedSecret': text(sealedSecret) }),
})

function operatorsOf({ name, email, passwordHash, disabledAt, secondFactor, endSessions, endGrants, endCodes }: UserChange) {
  const set = { name, email, passwordHash, disabledAt: disabledAt ?? undefined, secondFactor: secondFactor ?? undefined }
  const grown = { sessionEpoch: endSessions, grantEpoch: endGrants, withdrawalEpoch: endCodes }
  return {
    $set: Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined)),
    ...((disabledAt === null || secondFactor === null) && {
      $unset: { ...(disabledAt === null && { disabledAt: true }), ...(secondFactor === null && { secondFactor: true }) },
    }),
    $inc: Object.fromEntries(Object.entries(grown).map(([epoch, grows]) => [epoch, grows === true ? 1 : 0])),
  }
}
