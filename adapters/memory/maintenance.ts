import { setImmediate as othersTurn } from 'node:timers/promises'
import type { StoreMaintenance, StoreStatus } from '../../ports/store-maintenance.js'
import type { Copies } from './copies.js'
import type { Rows } from './rows.js'

const SCHEMA_VERSION = 1
/** Rows looked at before others get their turn. */
const LOOKED_AT_ONCE = 500

/** A store in memory is born with its schema and ends with the process. */
export class MemoryStoreMaintenance implements StoreMaintenance {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  async ready(): Promise<void> {
    return Promise.resolve()
  }

  async status(): Promise<StoreStatus> {
    const rows = Object.fromEntries(Object.entries(this.#rows).map(([aggregate, { size }]) => [aggregate, size]))
    return { store: 'memory', schema: { version: SCHEMA_VERSION, wanted: SCHEMA_VERSION, pending: [] }, rows }
  }

  async isEmpty(): Promise<boolean> {
    return false
  }

  async prepare(): Promise<readonly string[]> {
    return []
  }

  async prune(at: Date): Promise<Readonly<Record<string, number>>> {
    const { grants, sessions, flows, deniedTokens, attempts } = this.#rows
    return {
      grants: await removeFrom(grants, ({ endedAt, expiresAt }) => endedAt !== undefined || expiresAt <= at),
      sessions: await removeFrom(sessions, ({ idleExpiresAt, expiresAt }) => idleExpiresAt <= at || expiresAt <= at),
      flows: await removeFrom(flows, ({ spentAt, expiresAt }) => spentAt !== undefined || expiresAt <= at),
      deniedTokens: await removeFrom(deniedTokens, ({ expiresAt }) => expiresAt <= at),
      attempts: await removeFrom(attempts, ({ until }) => until <= at),
    }
  }

  async close(): Promise<void> {
    return Promise.resolve()
  }
}

async function removeFrom<Key, Row>(rows: Copies<Key, Row>, isOver: (row: Row) => boolean): Promise<number> {
  let total = 0
  for (const removed of rows.deleteSlowly(isOver, LOOKED_AT_ONCE)) {
    total += removed
    await othersTurn()
  }
  return total
}
