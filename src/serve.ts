import cluster from 'node:cluster'
import { createApp } from '../adapters/http/app.js'
import { createOperations } from '../adapters/http/operations.js'
import type { HttpSettings } from '../adapters/http/ports.js'
import { createLogger } from '../adapters/system/logger.js'
import type { Storage } from '../ports/storage.js'
import { SettingsError, type Config } from './config.js'
import { createContainer, resolve, type Container } from './container.js'
import { DEMO, demoPassword, demoTraces, seedDemo } from './demo.js'
import { listen, type Listener } from './listener.js'
import { openStorage } from './open-storage.js'
import { packageRoot } from './root.js'
import { TOKENS } from './tokens.js'
import { superviseWorkers } from './workers.js'

const PRUNE_EVERY_MS = 60_000

export interface Running {
  readonly port: number
  readonly operationsPort: number
  stop(): Promise<void>
}

/** Opens the store, prepares an empty one, listens. Throws StoreUnavailable or SettingsError before anything listens. */
export async function startServer(config: Config, options: { readonly storage?: Storage } = {}): Promise<Running> {
  const logger = createLogger(config.logLevel)
  const storage = options.storage ?? (await openStorage(config.store))
  if (await storage.maintenance.isEmpty()) await storage.maintenance.prepare()
  const container = createContainer({ config, httpSettings: await httpSettings(config, storage), storage, logger })
  const ready = await storage.maintenance.ready().then(
    () => true,
    (error: unknown) => {
      logger.error({ reason: String(error) }, 'the store is not ready')
      return false
    },
  )
  if (ready) await prepareContent(config, storage, container)
  const state = { stopping: false }
  const listeners = await open(config, storage, container, () => state.stopping)
  const sweeping = setInterval(() => {
    storage.maintenance.prune(resolve(container, TOKENS.clock).now()).catch((error: unknown) => {
      logger.warn({ reason: String(error) }, 'expired rows were not removed')
    })
  }, PRUNE_EVERY_MS)
  logger.info({ issuer: config.issuer, port: listeners.port }, 'listening')
  return {
    port: listeners.port,
    operationsPort: listeners.operationsPort,
    stop: async () => {
      state.stopping = true
      clearInterval(sweeping)
      await listeners.close()
      await storage.maintenance.close()
    },
  }
}

async function open(config: Config, storage: Storage, container: Container, isStopping: () => boolean) {
  const app = createApp(resolve(container, TOKENS.httpPorts), resolve(container, TOKENS.httpSettings))
  const operations = cluster.isWorker
    ? undefined
    : await listen(handler(createOperations(storage.maintenance, isStopping)), config.operations.host, config.operations.port)
  const listener = await listen(handler(app), config.listen.host, config.listen.port).catch(async (error: unknown) => {
    await operations?.close()
    throw error
  })
  const all: Listener[] = [listener, ...(operations ? [operations] : [])]
  return {
    port: listener.port,
    operationsPort: operations?.port ?? 0,
    close: async () => {
      await listener.close()
      await Promise.all(all.slice(1).map((other) => other.close()))
    },
  }
}

const handler = (app: ReturnType<typeof createApp>) => {
  const handle = app.callback()
  return (...[request, response]: Parameters<typeof handle>) => void handle(request, response)
}

async function httpSettings(config: Config, storage: Storage): Promise<HttpSettings> {
  const settings = {
    issuer: config.issuer,
    trustProxy: config.trustProxy,
    defaultResource: config.defaultResource,
    development: !config.production,
    brand: config.brand,
    sessionIdleTtlMs: config.sessionIdleTtlMs,
    root: packageRoot(),
  }
  if (config.production) await refuseDemo(storage)
  return config.production ? settings : { ...settings, demo: DEMO }
}

async function refuseDemo(storage: Storage): Promise<void> {
  const traces = await demoTraces(storage).catch(() => ({ client: false, user: false }))
  const problems = [
    ...(traces.client ? [`STORE: holds the demo's client; remove it with: portcullis client delete ${DEMO.clientId} --yes`] : []),
    ...(traces.user ? [`STORE: holds the demo's user; remove it with: portcullis user delete ${DEMO.username} --yes`] : []),
  ]
  if (problems.length > 0) throw new SettingsError(problems)
}

async function prepareContent(config: Config, storage: Storage, container: Container): Promise<void> {
  if (!config.production && !cluster.isWorker) {
    await seedDemo(config.issuer, storage, resolve(container, TOKENS.administering), resolve(container, TOKENS.secrets))
  }
  await resolve(container, TOKENS.keyRing).jwks()
}

/** `portcullis serve`: until SIGTERM or SIGINT. */
export async function serve(config: Config): Promise<void> {
  if (config.workers > 1 && cluster.isPrimary) {
    await superviseWorkers(config, createOperations, openStorage)
    return
  }
  const running = await startServer(config)
  if (!config.production && !cluster.isWorker) await greet(config)
  await new Promise<void>((stopped, failed) => {
    const stop = () => {
      running.stop().then(stopped, failed)
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })
}

async function greet(config: Config): Promise<void> {
  const { SystemSecrets } = await import('../adapters/system/secrets.js')
  process.stderr.write(
    [
      '',
      `  Portcullis   ${config.issuer}`,
      `  Demo page    ${config.issuer}/demo`,
      `  Demo user    ${DEMO.username}   password: ${demoPassword(new SystemSecrets(config.secrets))}`,
      '               (as made at the first start; change it with: portcullis user set-password demo)',
      '',
      '',
    ].join('\n'),
  )
}
