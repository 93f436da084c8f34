import type { SessionId } from '../../domain/ids.js'
import type { Session, SessionFilter } from '../../domain/session.js'
import type { SessionRepository } from '../../ports/session-repository.js'
import { add } from './adding.js'
import type { Connection } from './connection.js'
import { recordOf } from './documents.js'
import { listed, OLDEST_FIRST } from './listing.js'
import { removeAll, removeOne } from './removing.js'
import { text } from './values.js'

export class MongoSessionRepository implements SessionRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async begin(session: Session): Promise<void> {
    await add(this.#store, 'sessions', session)
  }

  async find(id: SessionId): Promise<Session | undefined> {
    const document = await this.#store.ask((within) => this.#store.collection('sessions').findOne({ _id: text(id) }, within()))
    return document === null ? undefined : recordOf('sessions', document)
  }

  /** Sets the same again when it asks again. */
  async touch(id: SessionId, at: Date, idleExpiresAt: Date): Promise<boolean> {
    const filter = { _id: text(id) }
    const touched = { $set: { lastSeenAt: at, idleExpiresAt } }
    const answer = await this.#store.ask((within) => this.#store.collection('sessions').updateOne(filter, touched, within()))
    return answer.matchedCount === 1
  }

  async end(id: SessionId): Promise<boolean> {
    return removeOne(this.#store, 'sessions', text(id))
  }

  async endAll(filter: SessionFilter): Promise<number> {
    return removeAll(this.#store, 'sessions', belonging(filter))
  }

  async list(filter: SessionFilter): Promise<readonly Session[]> {
    return listed(this.#store, 'sessions', belonging(filter), OLDEST_FIRST)
  }
}

const belonging = ({ userId, except }: SessionFilter) => ({
  userId: text(userId),
  ...(except !== undefined && { _id: { $ne: text(except) } }),
})
