import type { RequestListener } from 'node:http'
import { createApp } from '../adapters/http/app.js'
import type { Storage } from '../ports/storage.js'
import type { Config } from './config.js'
import { resolve } from './container.js'
import { handlerOf } from './listener.js'
import { prepare } from './prepared.js'
import { startServer, type Running } from './serve.js'
import { TOKENS } from './tokens.js'

export { readConfig, SettingsError, type Config } from './config.js'
export type { Running } from './serve.js'
export * from './ports.js'

/** A server that is wired and not yet running. */
export interface Portcullis {
  /** Opens the store, prepares an empty one, listens. Throws StoreUnavailable or SettingsError before anything listens. */
  start(): Promise<Running>
  /**
   * For a server of one's own, in place of `start`: opens and prepares the store, and answers what handles the requests below the issuer.
   * Nothing listens, the operations listener neither, and nobody removes what has expired: that is `storage.maintenance.prune`.
   */
  handler(): Promise<RequestListener>
  /** Ends what was begun, the store with it. */
  stop(): Promise<void>
}

/** One server process on the store that the settings name, or on `storage`, which it then closes. `config` comes from `readConfig`. */
export function createPortcullis(config: Config, options: { readonly storage?: Storage } = {}): Portcullis {
  let begun: Promise<{ stop(): Promise<void> }> | undefined
  const begin = <Begun extends { stop(): Promise<void> }>(work: () => Promise<Begun>): Promise<Begun> => {
    if (begun !== undefined) return Promise.reject(new Error('this server was begun already'))
    const beginning = work()
    begun = beginning
    return beginning
  }
  return {
    start: () => begin(() => startServer(config, options)),
    handler: async () => (await begin(() => embed(config, options.storage))).handle,
    stop: async () => {
      // What could not begin has nothing to end; who began it heard why.
      const running = await begun?.catch(() => undefined)
      await running?.stop()
    },
  }
}

async function embed(config: Config, given?: Storage) {
  const { storage, container } = await prepare(config, given)
  const app = createApp(resolve(container, TOKENS.httpPorts), resolve(container, TOKENS.httpSettings))
  return { handle: handlerOf(app), stop: () => storage.maintenance.close() }
}
