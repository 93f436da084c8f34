import type { EndReason, Grant, GrantFilter } from '../../domain/grant.js'
import type { GrantId } from '../../domain/ids.js'
import type { GrantRepository, Redemption, Rotation } from '../../ports/grant-repository.js'
import { demandField, insertInto, matching, maybeMilliseconds } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'
import { GRANT_COLUMNS, grantKey, grantOfRow, rowOfGrant } from './grant-rows.js'

const INSERT = insertInto('grants', GRANT_COLUMNS)
const FIND = 'SELECT * FROM grants WHERE id = :id'
const REDEEM = `
  UPDATE grants SET redeemed_at = :at, redeemed_by = :attempt, generation = :generation, rotated_at = :rotated_at,
    idle_expires_at = :idle_expires_at, refresh_expires_at = :refresh_expires_at, expires_at = :expires_at
  WHERE id = :id AND ended_at IS NULL AND redeemed_at IS NULL AND code_expires_at > :at RETURNING *`
const REDEEMED_BY = 'SELECT * FROM grants WHERE id = :id AND ended_at IS NULL AND redeemed_by = :attempt'
const ROTATE = `
  UPDATE grants SET generation = generation + 1, rotated_before = rotated_at, rotated_at = :at, rotated_by = :attempt, idle_expires_at = :idle_expires_at
  WHERE id = :id AND ended_at IS NULL AND generation = :generation AND idle_expires_at > :at AND refresh_expires_at > :at RETURNING *`
const ROTATED_BY = 'SELECT * FROM grants WHERE id = :id AND ended_at IS NULL AND generation = :generation + 1 AND rotated_by = :attempt'
const END = 'UPDATE grants SET ended_at = :at, ended_by = :why WHERE ended_at IS NULL AND '

/** Each state change is one statement, whose condition is the whole rule. */
export class SqliteGrantRepository implements GrantRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async save(grant: Grant): Promise<void> {
    const key = grantKey(grant.id)
    if (key === undefined) throw new TypeError('the id of a grant is 128 bits of base64url')
    await this.#store.write(() => this.#store.run(INSERT, rowOfGrant(grant, key)))
  }

  async find(id: GrantId): Promise<Grant | undefined> {
    const key = grantKey(id)
    if (key === undefined) return undefined
    return toGrant(await this.#store.read(() => this.#store.get(FIND, { id: key })))
  }

  async redeem(id: GrantId, { attempt, at, refresh, expiresAt }: Redemption): Promise<Grant | undefined> {
    const key = grantKey(id)
    if (key === undefined) return undefined
    const lineage = {
      generation: refresh === undefined ? null : 1,
      rotated_at: refresh === undefined ? null : at.getTime(),
      idle_expires_at: maybeMilliseconds(refresh?.idleExpiresAt),
      refresh_expires_at: maybeMilliseconds(refresh?.expiresAt),
    }
    const parameters = { id: key, attempt, at: at.getTime(), ...lineage, expires_at: expiresAt.getTime() }
    return this.#win(REDEEM, parameters, REDEEMED_BY, { id: key, attempt })
  }

  async rotate(id: GrantId, generation: number, { attempt, at, idleExpiresAt }: Rotation): Promise<Grant | undefined> {
    const key = grantKey(id)
    if (key === undefined) return undefined
    const parameters = { id: key, generation, attempt, at: at.getTime(), idle_expires_at: idleExpiresAt.getTime() }
    return this.#win(ROTATE, parameters, ROTATED_BY, { id: key, generation, attempt })
  }

  async end(id: GrantId, why: EndReason, at: Date): Promise<boolean> {
    const key = grantKey(id)
    if (key === undefined) return false
    const changed = await this.#store.write(() => this.#store.run(`${END} id = :id`, { id: key, why, at: at.getTime() }))
    return changed === 1
  }

  async endAll(filter: GrantFilter, why: EndReason, at: Date): Promise<number> {
    demandField(filter)
    const { where, parameters } = columnsOf(filter)
    return this.#store.write(() => this.#store.run(`${END} ${where}`, { ...parameters, why, at: at.getTime() }))
  }

  async list(filter: GrantFilter, at: Date): Promise<readonly Grant[]> {
    const { where, parameters } = columnsOf(filter)
    const sql = `SELECT * FROM grants WHERE ended_at IS NULL AND expires_at > :at AND ${where} ORDER BY created_at, rowid`
    const rows = await this.#store.read(() => this.#store.all(sql, { ...parameters, at: at.getTime() }))
    return rows.map(grantOfRow)
  }

  /** The new state for the attempt that wins, and for the same attempt again. */
  async #win(change: string, changing: Row, won: string, winner: Row): Promise<Grant | undefined> {
    return toGrant(await this.#store.write(() => this.#store.get(change, changing) ?? this.#store.get(won, winner)))
  }
}

const toGrant = (row: Row | undefined): Grant | undefined => row && grantOfRow(row)

const columnsOf = ({ userId, clientId }: GrantFilter): ReturnType<typeof matching> => matching({ user_id: userId, client_id: clientId })
