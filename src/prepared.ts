import cluster from 'node:cluster'
import { createLogger } from '../adapters/system/logger.js'
import { StoreUnavailable } from '../domain/errors.js'
import type { Storage } from '../ports/storage.js'
import { SettingsError, type Config } from './config.js'
import { createContainer, resolve, type Container } from './container.js'
import { canHaveDemo, DEMO, demoTraces, seedDemo } from './demo.js'
import { openStorage } from './open-storage.js'
import { TOKENS } from './tokens.js'

/** What is there before anything listens. */
export interface Prepared {
  readonly storage: Storage
  readonly container: Container
  readonly logger: ReturnType<typeof createLogger>
}

/** Opens the store, prepares an empty one, and proves that the settings fit it. Throws StoreUnavailable or SettingsError. */
export async function prepare(config: Config, given?: Storage): Promise<Prepared> {
  const logger = createLogger(config.logLevel)
  const storage = given ?? (await openStorage(config.store))
  if (await storage.maintenance.isEmpty()) await storage.maintenance.prepare()
  const container = createContainer({ config, storage, logger })
  try {
    await storage.maintenance.ready()
  } catch (error) {
    logger.error({ reason: String(error) }, 'the store is not ready')
    return { storage, container, logger }
  }
  if (config.production) await refuseDemo(storage)
  else if (canHaveDemo(config.issuer) && !cluster.isWorker) {
    await seedDemo(config.issuer, storage, resolve(container, TOKENS.administering), resolve(container, TOKENS.secrets))
  }
  await provideSigningKey(container)
  return { storage, container, logger }
}

async function refuseDemo(storage: Storage): Promise<void> {
  const traces = await demoTraces(storage)
  const problems = [
    ...(traces.client
      ? [`PORTCULLIS_STORE: holds the demo's client; remove it with: portcullis client delete ${DEMO.clientId} --yes`]
      : []),
    ...(traces.user ? [`PORTCULLIS_STORE: holds the demo's user; remove it with: portcullis user delete ${DEMO.username} --yes`] : []),
  ]
  if (problems.length > 0) throw new SettingsError(problems)
}

/** A server that cannot sign must not start: every token request would fail. */
async function provideSigningKey(container: Container): Promise<void> {
  try {
    await resolve(container, TOKENS.keyRing).signingKey()
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error
    throw new SettingsError([
      'PORTCULLIS_SECRETS: none of them opens the signing key in the store; add the one that sealed it at the end, for example NEW,OLD',
    ])
  }
}
