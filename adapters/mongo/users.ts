import type { UserId } from '../../domain/ids.js'
import type { User } from '../../domain/user.js'
import type { UserChange, UserRepository } from '../../ports/user-repository.js'
import { add } from './adding.js'
import type { Connection } from './connection.js'
import { recordOf, type Stored } from './documents.js'
import { listed } from './listing.js'
import { removeOne } from './removing.js'
import { newMark, NOTHING, noting, text } from './statements.js'

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
  async change(id: UserId, change: UserChange): Promise<User | undefined> {
    const _id = text(id)
    const mark = newMark()
    const update = noting(mark, operatorsOf(change))
    return this.#store.ask(async (within) => {
      const after = () => ({ ...within(), returnDocument: 'after' }) as const
      const changed = await this.#users.findOneAndUpdate({ _id, changedBy: { $ne: mark } }, update, after())
      return toUser(changed ?? (await this.#users.findOneAndUpdate({ _id, changedBy: mark }, NOTHING, after())))
    })
  }

  async rehash(id: UserId, from: string, to: string): Promise<void> {
    const filter = { _id: text(id), passwordHash: text(from) }
    await this.#store.ask((within) => this.#users.updateOne(filter, { $set: { passwordHash: to } }, within()))
  }

  async remove(id: UserId): Promise<boolean> {
    return removeOne(this.#store, 'users', text(id))
  }

  get #users() {
    return this.#store.collection('users')
  }
}

const toUser = (document: Stored | null): User | undefined => (document === null ? undefined : recordOf('users', document))

function operatorsOf({ name, email, passwordHash, disabledAt, endSessions, endGrants, endCodes }: UserChange) {
  const set = { name, email, passwordHash, disabledAt: disabledAt ?? undefined }
  const grown = { sessionEpoch: endSessions, grantEpoch: endGrants, withdrawalEpoch: endCodes }
  return {
    $set: Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined)),
    ...(disabledAt === null && { $unset: { disabledAt: true } }),
    $inc: Object.fromEntries(Object.entries(grown).map(([epoch, grows]) => [epoch, grows === true ? 1 : 0])),
  }
}
