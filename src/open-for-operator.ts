import { systemClock } from '../adapters/system/clock.js'
import { createLogger, STDERR } from '../adapters/system/logger.js'
import type { Storage } from '../ports/storage.js'
import { maskStore, readConfig, SettingsError } from './config.js'
import { createContainer, resolve } from './container.js'
import { openStorage } from './open-storage.js'
import { TOKENS } from './tokens.js'

/** Opens what the commands work on, except `serve`; an empty store is prepared, unless `looksAtTheStore`. Throws SettingsError or StoreUnavailable. */
export async function openForOperator(looksAtTheStore: boolean) {
  const config = readConfig()
  if (config.store === 'memory:')
    throw new SettingsError(['PORTCULLIS_STORE: memory: is for serve alone; use for example sqlite:var/portcullis.db'])
  const storage = await openStorage(config.store)
  try {
    if (!looksAtTheStore) await makeReady(storage)
  } catch (error) {
    await storage.maintenance.close()
    throw error
  }
  const container = createContainer({ config, storage, logger: createLogger(config.logLevel, STDERR) })
  return {
    administering: resolve(container, TOKENS.administering),
    keepingKeys: resolve(container, TOKENS.keepingKeys),
    maintenance: storage.maintenance,
    clock: systemClock,
    describeStore: maskStore(config.store),
    close: () => storage.maintenance.close(),
  }
}

/** An older or newer schema is not written to by a command either. */
async function makeReady({ maintenance }: Storage): Promise<void> {
  if (await maintenance.isEmpty()) await maintenance.prepare()
  await maintenance.ready()
}
