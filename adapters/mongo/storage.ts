import type { Storage } from '../../ports/storage.js'
import { MongoAttemptCounter } from './attempts.js'
import { MongoClientRepository } from './clients.js'
import { Connection, type ConnectionOptions } from './connection.js'
import { MongoConsentRepository } from './consents.js'
import { MongoDeniedTokens } from './denied-tokens.js'
import { MongoFlowRepository } from './flows.js'
import { MongoGrantRepository } from './grants.js'
import { MongoKeyRepository } from './keys.js'
import { MongoStoreMaintenance } from './maintenance.js'
import { MongoResourceRepository } from './resources.js'
import { STEPS, type Step } from './schema.js'
import { MongoScopeRepository } from './scopes.js'
import { MongoSessionRepository } from './sessions.js'
import { MongoStoreTransfer } from './transfer.js'
import { MongoUserRepository } from './users.js'

export interface MongoOptions extends ConnectionOptions {
  readonly steps?: readonly Step[]
}

/**
 * Opens the database that the URI names (`portcullis` when it names none); its schema is left to `maintenance.prepare`. The URI may say how many
 * connections, how they are secured and who connects, but not how safely is read and written. Throws StoreUnavailable within 5 s, in one sentence
 * without credentials, for a URI that is malformed and a server that is out of reach.
 */
export async function openMongoStorage(uri: string, { steps = STEPS, ...options }: MongoOptions = {}): Promise<Storage> {
  const store = new Connection(uri, options)
  try {
    await store.begin()
  } catch (error) {
    await store.close()
    throw error
  }
  return {
    clients: new MongoClientRepository(store),
    users: new MongoUserRepository(store),
    grants: new MongoGrantRepository(store),
    consents: new MongoConsentRepository(store),
    sessions: new MongoSessionRepository(store),
    flows: new MongoFlowRepository(store),
    keys: new MongoKeyRepository(store),
    scopes: new MongoScopeRepository(store),
    resources: new MongoResourceRepository(store),
    deniedTokens: new MongoDeniedTokens(store),
    attempts: new MongoAttemptCounter(store),
    maintenance: new MongoStoreMaintenance(store, steps),
    transfer: new MongoStoreTransfer(store),
  }
}
