import type { AttemptCounter } from './attempt-counter.js'
import type { ClientRepository } from './client-repository.js'
import type { ConsentRepository } from './consent-repository.js'
import type { DeniedTokens } from './denied-tokens.js'
import type { FlowRepository } from './flow-repository.js'
import type { GrantRepository } from './grant-repository.js'
import type { KeyRepository } from './key-repository.js'
import type { ResourceRepository } from './resource-repository.js'
import type { ScopeRepository } from './scope-repository.js'
import type { SessionRepository } from './session-repository.js'
import type { StoreMaintenance } from './store-maintenance.js'
import type { StoreTransfer } from './store-transfer.js'
import type { UserRepository } from './user-repository.js'

/** Everything that a store is: what one implements to swap it. */
export interface Storage {
  readonly clients: ClientRepository
  readonly users: UserRepository
  readonly grants: GrantRepository
  readonly consents: ConsentRepository
  readonly sessions: SessionRepository
  readonly flows: FlowRepository
  readonly keys: KeyRepository
  readonly scopes: ScopeRepository
  readonly resources: ResourceRepository
  readonly deniedTokens: DeniedTokens
  readonly attempts: AttemptCounter
  readonly maintenance: StoreMaintenance
  readonly transfer: StoreTransfer
}
