import type { Session, SessionFilter } from '../domain/session.js'
import type { SessionId } from '../domain/ids.js'

/** Sessions that have not ended; an ended one is gone. All methods throw StoreUnavailable when the store does not answer. */
export interface SessionRepository {
  begin(session: Session): Promise<void>
  find(id: SessionId): Promise<Session | undefined>
  /** Moves lastSeenAt and idleExpiresAt of a session that is there. Never brings an ended one back: false when there is none. */
  touch(id: SessionId, at: Date, idleExpiresAt: Date): Promise<boolean>
  /** True when it was there. */
  end(id: SessionId): Promise<boolean>
  endAll(filter: SessionFilter): Promise<number>
  /** Oldest first. */
  list(filter: SessionFilter): Promise<readonly Session[]>
}
