import cluster from 'node:cluster'
import { createLogger } from '../adapters/system/logger.js'
import { isStoreUnavailable } from '../domain/errors.js'
import type { Clock } from '../ports/clock.js'
import type { Storage } from '../ports/storage.js'
import { SettingsError, type Config } from './config.js'
import { createContainer, resolve, type Container } from './container.js'
import { canHaveDemo, DEMO, demoTraces, seedDemo } from './demo.js'
import { openStorage } from './open-storage.js'
import { Readiness } from './readiness.js'
import { TOKENS } from './tokens.js'

/** What is there before anything listens. */
export interface Prepared {
  readonly storage: Storage
  readonly container: Container
  readonly logger: ReturnType<typeof createLogger>
  /** For `/readyz`. */
  readonly readiness: Readiness
}

/**
 * Opens the store, prepares an empty one, and proves that the settings fit it. With a store of an older or incomplete schema it goes on, and
 * what it could not do is done when `readiness` finds the store ready. Throws StoreUnavailable or SettingsError, and then closes the store.
 */
export async function prepare(config: Config, given?: Storage, clock?: Clock): Promise<Prepared> {
  const logger = createLogger(config.logLevel)
  const storage = given ?? (await openStorage(config.store))
  const container = createContainer({ config, storage, logger, ...(clock && { clock }) })
  const readiness = new Readiness(storage.maintenance, () => firstThings(config, storage, container), logger)
  try {
    await begin(storage, readiness)
    return { storage, container, logger, readiness }
  } catch (error) {
    await storage.maintenance.close()
    throw error
  }
}

async function begin({ maintenance }: Storage, readiness: Readiness): Promise<void> {
  if (await maintenance.isEmpty()) await maintenance.prepare()
  try {
    await readiness.ready()
  } catch (error) {
    const { version, pending, wanted } = (await maintenance.status()).schema
    if (version > wanted || pending.length === 0) throw error
  }
}

/** What a server does on a store that is ready, before it counts as ready itself. */
async function firstThings(config: Config, storage: Storage, container: Container): Promise<void> {
  if (config.production) await refuseDemo(storage)
  else if (canHaveDemo(config.issuer) && !cluster.isWorker) {
    await seedDemo(config.issuer, storage, resolve(container, TOKENS.administering), resolve(container, TOKENS.secrets))
  }
  await provideSigningKey(container)
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
    if (isStoreUnavailable(error)) throw error
    throw new SettingsError([
      'PORTCULLIS_SECRETS: none of them opens the signing key in the store; add the one that sealed it at the end, for example NEW,OLD',
    ])
  }
}
