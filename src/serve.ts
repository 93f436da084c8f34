import cluster from 'node:cluster'
import { createApp } from '../adapters/http/app.js'
import { createOperations } from '../adapters/http/operations.js'
import type { Clock } from '../ports/clock.js'
import type { Storage } from '../ports/storage.js'
import type { Config } from './config.js'
import { resolve } from './container.js'
import { greet } from './demo.js'
import { handlerOf, listen, within, type Listener } from './listener.js'
import { outliveRejections } from './outlive-rejections.js'
import { prepare, type Prepared } from './prepared.js'
import { startSweeper, type Later, type Sweeper } from './sweeper.js'
import { TOKENS } from './tokens.js'
import { superviseWorkers } from './workers.js'

/** Stopping takes at most their sum, which stays below 10 s. */
const STOP_WITHIN_MS = { requests: 7_500, operations: 500, store: 1_000 }

export interface Running {
  readonly port: number
  /** 0 in a worker: there the primary answers. */
  readonly operationsPort: number
  stop(): Promise<void>
}

/** What stands in for the server's own, in tests and in a program that brings its store. */
export interface ServerParts {
  readonly storage?: Storage
  readonly clock?: Clock
  /** What the waits between two sweeps are left to. */
  readonly later?: Later
}

/** Opens the store, prepares an empty one, listens. Throws StoreUnavailable or SettingsError before anything listens. */
export async function startServer(config: Config, options: ServerParts = {}): Promise<Running> {
  const prepared = await prepare(config, options.storage, options.clock)
  const { storage, container, logger, readiness } = prepared
  const state = { stopping: false }
  let operations: Listener | undefined
  const begin = async () => {
    const ports = resolve(container, TOKENS.httpPorts)
    if (!cluster.isWorker) {
      const handler = handlerOf(createOperations(readiness, () => state.stopping, ports.secrets))
      operations = await listen(handler, config.operations, ports)
    }
    const app = createApp(ports, resolve(container, TOKENS.httpSettings))
    return listen(handlerOf(app), config.listen, ports)
  }
  const listener = await begin().catch(async (error: unknown) => {
    await operations?.close(0)
    await storage.maintenance.close()
    throw error
  })
  const sweeper = sweep(prepared, options.later)
  logger.info({ issuer: config.issuer, port: listener.port }, 'listening')
  return {
    port: listener.port,
    operationsPort: operations?.port ?? 0,
    stop: async () => {
      state.stopping = true
      sweeper.stop()
      await listener.close(STOP_WITHIN_MS.requests)
      await operations?.close(STOP_WITHIN_MS.operations)
      await within(STOP_WITHIN_MS.store, storage.maintenance.close())
    },
  }
}

/** Removes what has expired, so that the store stays bounded. */
function sweep({ storage, container, logger }: Prepared, later?: Later): Sweeper {
  const clock = resolve(container, TOKENS.clock)
  return startSweeper(
    () => storage.maintenance.prune(clock.now()),
    (error) => {
      logger.warn({ reason: String(error) }, 'expired rows were not removed')
    },
    later,
  )
}

/** `portcullis serve`: until SIGTERM or SIGINT. */
export async function serve(config: Config): Promise<void> {
  if (config.workers > 1 && cluster.isPrimary) {
    await superviseWorkers(config)
    return
  }
  try {
    const running = await startServer(config)
    outliveRejections(config.logLevel)
    if (!cluster.isWorker) greet(config)
    await new Promise<void>((signalled) => {
      process.once('SIGTERM', signalled)
      process.once('SIGINT', signalled)
    })
    await running.stop()
  } finally {
    // The channel to the primary would keep a worker alive.
    cluster.worker?.disconnect()
  }
}
