import cluster, { type Worker } from 'node:cluster'
import { createOperations } from '../adapters/http/operations.js'
import { StoreUnavailable } from '../domain/errors.js'
import type { Config } from './config.js'
import { resolve } from './container.js'
import { greet } from './demo.js'
import { handlerOf, listen, within } from './listener.js'
import { outliveRejections } from './outlive-rejections.js'
import { prepare } from './prepared.js'
import { TOKENS } from './tokens.js'

const RESTART_AFTER_MS = 1_000
const STOP_WITHIN_MS = 8_500

/** The primary of several processes that share the public port: it answers the operations listener and keeps the number of workers. */
export async function superviseWorkers(config: Config): Promise<void> {
  const { storage, container, readiness } = await prepare(config)
  const ports = { secrets: resolve(container, TOKENS.secrets), log: resolve(container, TOKENS.log) }
  const state = { stopping: false }
  const serving = new Set<Worker>()
  const ready = async () => {
    if (serving.size === 0) throw new StoreUnavailable('no worker listens')
    await readiness.ready()
  }
  const handler = handlerOf(createOperations({ ready }, () => state.stopping, ports.secrets))
  const operations = await listen(handler, config.operations, ports)
  const failed = keepWorkers(config.workers, serving, () => state.stopping)
  outliveRejections(config.logLevel)
  greet(config)
  const exitCode = await Promise.race([stopSignal(), failed])
  state.stopping = true
  await stopWorkers()
  await operations.close(0)
  await within(500, storage.maintenance.close())
  if (exitCode !== 0) process.exit(exitCode)
}

/** Forks, and forks again when one dies; resolves with the exit code of one that ended when none has ever listened. */
function keepWorkers(count: number, serving: Set<Worker>, isStopping: () => boolean): Promise<number> {
  let hasServed = false
  cluster.on('listening', (worker) => {
    serving.add(worker)
    hasServed = true
  })
  return new Promise((failed) => {
    cluster.on('exit', (worker, code) => {
      serving.delete(worker)
      if (isStopping()) return
      // What the store does to a process that starts does not end those that serve.
      if (hasServed) setTimeout(() => isStopping() || cluster.fork(), RESTART_AFTER_MS)
      else failed(code || 1)
    })
    for (let i = 0; i < count; i++) cluster.fork()
  })
}

const stopSignal = (): Promise<number> =>
  new Promise((stop) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        stop(0)
      })
    }
  })

async function stopWorkers(): Promise<void> {
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  const ended = workers.map((worker) => new Promise<void>((exited) => worker.process.once('exit', () => exited())))
  for (const worker of workers) worker.process.kill('SIGTERM')
  await within(
    STOP_WITHIN_MS,
    Promise.all(ended).then(() => undefined),
  )
  for (const worker of workers) if (!worker.isDead()) worker.process.kill('SIGKILL')
}
