import type { SessionId } from '../../domain/ids.js'
import type { Session, SessionFilter } from '../../domain/session.js'
import type { SessionRepository } from '../../ports/session-repository.js'
import { oldestFirst } from './order.js'
import type { Rows } from './rows.js'

export class MemorySessionRepository implements SessionRepository {
  readonly #sessions: Rows['sessions']

  constructor({ sessions }: Pick<Rows, 'sessions'>) {
    this.#sessions = sessions
  }

  async begin(session: Session): Promise<void> {
    this.#sessions.add(session)
  }

  async find(id: SessionId): Promise<Session | undefined> {
    return this.#sessions.get(id)
  }

  async touch(id: SessionId, at: Date, idleExpiresAt: Date): Promise<boolean> {
    const session = this.#sessions.get(id)
    return session !== undefined && this.#sessions.replace({ ...session, lastSeenAt: at, idleExpiresAt })
  }

  async end(id: SessionId): Promise<boolean> {
    return this.#sessions.delete(id)
  }

  async endAll(filter: SessionFilter): Promise<number> {
    return this.#sessions.deleteAll(belongs(filter))
  }

  async list(filter: SessionFilter): Promise<readonly Session[]> {
    return this.#sessions.all(belongs(filter)).sort(oldestFirst)
  }
}

const belongs =
  ({ userId, except }: SessionFilter) =>
  (session: Session): boolean =>
    session.userId === userId && session.id !== except
