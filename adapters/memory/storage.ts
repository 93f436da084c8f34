import type { Storage } from '../../ports/storage.js'
import { MemoryAttemptCounter } from './attempts.js'
import { MemoryClientRepository } from './clients.js'
import { MemoryConsentRepository } from './consents.js'
import { MemoryDeniedTokens } from './denied-tokens.js'
import { MemoryFlowRepository } from './flows.js'
import { MemoryGrantRepository } from './grants.js'
import { MemoryKeyRepository } from './keys.js'
import { MemoryStoreMaintenance } from './maintenance.js'
import { MemoryResourceRepository } from './resources.js'
import { emptyRows } from './rows.js'
import { MemoryScopeRepository } from './scopes.js'
import { MemorySessionRepository } from './sessions.js'
import { MemoryStoreTransfer } from './transfer.js'
import { MemoryUserRepository } from './users.js'

/** A store for tests and trials; what it holds is gone with the process. */
export function openMemoryStorage(): Storage {
  const rows = emptyRows()
  return {
    clients: new MemoryClientRepository(rows),
    users: new MemoryUserRepository(rows),
    grants: new MemoryGrantRepository(rows),
    consents: new MemoryConsentRepository(rows),
    sessions: new MemorySessionRepository(rows),
    flows: new MemoryFlowRepository(rows),
    keys: new MemoryKeyRepository(rows),
    scopes: new MemoryScopeRepository(rows),
    resources: new MemoryResourceRepository(rows),
    deniedTokens: new MemoryDeniedTokens(rows),
    attempts: new MemoryAttemptCounter(rows),
    maintenance: new MemoryStoreMaintenance(rows),
    transfer: new MemoryStoreTransfer(rows),
  }
}
