import cluster from 'node:cluster'
import type { createOperations } from '../adapters/http/operations.js'
import type { Storage } from '../ports/storage.js'
import type { Config } from './config.js'
import { listen } from './listener.js'

const RESTART_AFTER_MS = 1_000

/** The primary of several processes that share the public port: it answers the operations listener and keeps the number of workers. */
export async function superviseWorkers(
  config: Config,
  operations: typeof createOperations,
  openStorage: (url: string) => Promise<Storage>,
): Promise<void> {
  const storage = await openStorage(config.store)
  if (await storage.maintenance.isEmpty()) await storage.maintenance.prepare()
  const state = { stopping: false }
  const handle = operations(storage.maintenance, () => state.stopping).callback()
  const listener = await listen((request, response) => void handle(request, response), config.operations.host, config.operations.port)
  for (let i = 0; i < config.workers; i++) cluster.fork()
  cluster.on('exit', () => {
    if (!state.stopping) setTimeout(() => cluster.fork(), RESTART_AFTER_MS)
  })
  await new Promise<void>((stop) => {
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })
  state.stopping = true
  await new Promise<void>((disconnected) => {
    cluster.disconnect(disconnected)
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM')
  })
  await listener.close()
  await storage.maintenance.close()
}
