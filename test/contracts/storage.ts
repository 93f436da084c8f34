import { attemptCounterContract } from './attempt-counter.js'
import { clientRepositoryContract } from './client-repository.js'
import { consentRepositoryContract } from './consent-repository.js'
import { crashContract } from './crashes.js'
import { deniedTokensContract } from './denied-tokens.js'
import { flowRepositoryContract } from './flow-repository.js'
import { grantRepositoryContract } from './grant-repository.js'
import { keyRepositoryContract } from './key-repository.js'
import { processesContract } from './processes.js'
import { resourceRepositoryContract } from './resource-repository.js'
import { scopeRepositoryContract } from './scope-repository.js'
import { secondFactorContract } from './second-factor.js'
import { sessionRepositoryContract } from './session-repository.js'
import { userRepositoryContract } from './user-repository.js'
import type { Open } from './opened.js'
import { storeMaintenanceContract } from './store-maintenance.js'
import { storeTransferContract } from './store-transfer.js'

/** The package export `portcullis/contracts`: the whole kit, and each suite of it. */
export { processesContract, crashContract }
export {
  attemptCounterContract,
  clientRepositoryContract,
  consentRepositoryContract,
  deniedTokensContract,
  flowRepositoryContract,
  grantRepositoryContract,
  keyRepositoryContract,
  resourceRepositoryContract,
  scopeRepositoryContract,
  sessionRepositoryContract,
  storeMaintenanceContract,
  storeTransferContract,
  secondFactorContract,
  userRepositoryContract,
}
export type { Open, Opened, Reopening } from './opened.js'

/**
 * Everything that a store must keep: run it for a store of one's own. `open` answers an empty one, another with each call. With `processes` three
 * processes share it as well, and what `open` answers says how they open it (`reopening`). Needs mocha.
 */
export function storageContract(name: string, open: Open, options: { readonly processes?: boolean } = {}): void {
  for (const contract of CONTRACTS) contract(name, open)
  if (options.processes === true) processesContract(name, open)
}

const CONTRACTS = [
  clientRepositoryContract,
  userRepositoryContract,
  secondFactorContract,
  deniedTokensContract,
  attemptCounterContract,
  grantRepositoryContract,
  consentRepositoryContract,
  sessionRepositoryContract,
  flowRepositoryContract,
  keyRepositoryContract,
  scopeRepositoryContract,
  resourceRepositoryContract,
  storeMaintenanceContract,
  storeTransferContract,
  crashContract,
]
