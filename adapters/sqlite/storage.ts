import { resolve } from 'node:path'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { SqliteAttemptCounter } from './attempts.js'
import { SqliteClientRepository } from './clients.js'
import { Connection } from './connection.js'
import { SqliteConsentRepository } from './consents.js'
import { SqliteDeniedTokens } from './denied-tokens.js'
import { FilePlace } from './file-place.js'
import { SqliteFlowRepository } from './flows.js'
import { SqliteGrantRepository } from './grants.js'
import { SqliteKeyRepository } from './keys.js'
import { SqliteStoreMaintenance } from './maintenance.js'
import { SqliteResourceRepository } from './resources.js'
import { STEPS, type Step } from './schema.js'
import { schemaState } from './schema-state.js'
import { SqliteScopeRepository } from './scopes.js'
import { SqliteSessionRepository } from './sessions.js'
import { SqliteStoreTransfer } from './transfer.js'
import { SqliteUserRepository } from './users.js'

export interface SqliteOptions {
  /** Writes that come together share one commit. */
  readonly groupCommit?: boolean
  /** The schema that this process knows. */
  readonly steps?: readonly Step[]
}

/**
 * Opens the file, and makes it when there is none, readable for its owner alone; its schema is left to `maintenance.prepare`.
 * Throws StoreUnavailable, in one sentence, for a file that is damaged, read-only, locked for seconds or out of reach.
 */
export async function openSqliteStorage(path: string, { groupCommit = true, steps = STEPS }: SqliteOptions = {}): Promise<Storage> {
  if (path === '') throw new StoreUnavailable('the store names no file')
  const place = await FilePlace.make(resolve(path))
  const store = await connect(place.path, groupCommit, steps)
  return {
    clients: new SqliteClientRepository(store),
    users: new SqliteUserRepository(store),
    grants: new SqliteGrantRepository(store),
    consents: new SqliteConsentRepository(store),
    sessions: new SqliteSessionRepository(store),
    flows: new SqliteFlowRepository(store),
    keys: new SqliteKeyRepository(store),
    scopes: new SqliteScopeRepository(store),
    resources: new SqliteResourceRepository(store),
    deniedTokens: new SqliteDeniedTokens(store),
    attempts: new SqliteAttemptCounter(store),
    maintenance: new SqliteStoreMaintenance(store, place, steps),
    transfer: new SqliteStoreTransfer(store),
  }
}

async function connect(path: string, groupCommit: boolean, steps: readonly Step[]): Promise<Connection> {
  const store = Connection.open(path, { groupCommit })
  try {
    await store.read(() => schemaState(store, steps))
    await store.begin()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
