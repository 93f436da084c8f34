import type { SessionId, UserId } from '../../domain/ids.js'
import type { Session, SessionFilter } from '../../domain/session.js'
import type { SessionRepository } from '../../ports/session-repository.js'
import { date, insertInto, integer, json, strings, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const TIMES = ['created_at', 'last_seen_at', 'idle_expires_at', 'expires_at'] as const
const COLUMNS = ['id', 'user_id', 'auth_time', 'amr', 'session_epoch', ...TIMES, 'pending'] as const
const INSERT = insertInto('sessions', COLUMNS)
const TOUCH = 'UPDATE sessions SET last_seen_at = :at, idle_expires_at = :idle_expires_at WHERE id = :id'
const MATCHING = 'user_id = :user_id AND id IS NOT :except'

export class SqliteSessionRepository implements SessionRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async begin(session: Session): Promise<void> {
    await this.#store.write(() => this.#store.run(INSERT, rowOfSession(session)))
  }

  async find(id: SessionId): Promise<Session | undefined> {
    const row = await this.#store.read(() => this.#store.get('SELECT * FROM sessions WHERE id = :id', { id }))
    return row && sessionOfRow(row)
  }

  async touch(id: SessionId, at: Date, idleExpiresAt: Date): Promise<boolean> {
    const parameters = { id, at: at.getTime(), idle_expires_at: idleExpiresAt.getTime() }
    return (await this.#store.write(() => this.#store.run(TOUCH, parameters))) === 1
  }

  async end(id: SessionId): Promise<boolean> {
    return (await this.#store.write(() => this.#store.run('DELETE FROM sessions WHERE id = :id', { id }))) === 1
  }

  async endAll(filter: SessionFilter): Promise<number> {
    return this.#store.write(() => this.#store.run(`DELETE FROM sessions WHERE ${MATCHING}`, parametersOf(filter)))
  }

  async list(filter: SessionFilter): Promise<readonly Session[]> {
    const sql = `SELECT * FROM sessions WHERE ${MATCHING} ORDER BY created_at, rowid`
    const rows = await this.#store.read(() => this.#store.all(sql, parametersOf(filter)))
    return rows.map(sessionOfRow)
  }
}

const parametersOf = ({ userId, except }: SessionFilter): Row => ({ user_id: userId, except: except ?? null })

export const rowOfSession = (session: Session): Record<(typeof COLUMNS)[number], Row[string]> => ({
  id: session.id,
  user_id: session.userId,
  auth_time: session.authTime.getTime(),
  amr: json(session.amr),
  session_epoch: session.sessionEpoch,
  created_at: session.createdAt.getTime(),
  last_seen_at: session.lastSeenAt.getTime(),
  idle_expires_at: session.idleExpiresAt.getTime(),
  expires_at: session.expiresAt.getTime(),
  pending: session.pending ?? null,
})

export const sessionOfRow = (row: Row): Session => ({
  id: text(row, 'id') as SessionId,
  userId: text(row, 'user_id') as UserId,
  authTime: date(row, 'auth_time'),
  amr: strings(row, 'amr'),
  sessionEpoch: integer(row, 'session_epoch'),
  createdAt: date(row, 'created_at'),
  lastSeenAt: date(row, 'last_seen_at'),
  idleExpiresAt: date(row, 'idle_expires_at'),
  expiresAt: date(row, 'expires_at'),
  ...(row['pending'] === 'otp' && { pending: 'otp' as const }),
})
