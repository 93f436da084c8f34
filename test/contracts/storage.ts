import { clientRepositoryContract } from './client-repository.js'
import { consentRepositoryContract } from './consent-repository.js'
import { flowRepositoryContract } from './flow-repository.js'
import { grantRepositoryContract } from './grant-repository.js'
import { keyRepositoryContract } from './key-repository.js'
import { resourceRepositoryContract } from './resource-repository.js'
import { scopeRepositoryContract } from './scope-repository.js'
import { sessionRepositoryContract } from './session-repository.js'
import { userRepositoryContract } from './user-repository.js'
import type { Open } from './opened.js'
import { storeMaintenanceContract } from './store-maintenance.js'

/** Everything that a store must keep: run it for a store of one's own. `open` answers an empty one. Needs mocha. */
export function storageContract(name: string, open: Open): void {
  for (const contract of CONTRACTS) contract(name, open)
}

const CONTRACTS = [
  clientRepositoryContract,
  userRepositoryContract,
  grantRepositoryContract,
  consentRepositoryContract,
  sessionRepositoryContract,
  flowRepositoryContract,
  keyRepositoryContract,
  scopeRepositoryContract,
  resourceRepositoryContract,
  storeMaintenanceContract,
]
