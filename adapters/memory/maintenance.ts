import type { StoreMaintenance, StoreStatus } from '../../ports/store-maintenance.js'
import type { Rows } from './rows.js'

const SCHEMA_VERSION = 1

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
    return {
      grants: this.#rows.grants.deleteAll(({ endedAt, expiresAt }) => endedAt !== undefined || expiresAt <= at),
      sessions: this.#rows.sessions.deleteAll(({ idleExpiresAt, expiresAt }) => idleExpiresAt <= at || expiresAt <= at),
      flows: this.#rows.flows.deleteAll(({ spentAt, expiresAt }) => spentAt !== undefined || expiresAt <= at),
    }
  }

  async close(): Promise<void> {
    return Promise.resolve()
  }
}
