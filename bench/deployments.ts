import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freePort } from '../test/support/server.js'
import { packageRoot } from '../src/root.js'
import type { Cores } from './cores.js'
import { ServerProcess } from './server-process.js'
import { fill, makeStore, type Registered } from './stores.js'

/** A server under load, and what the load needs to know. */
export interface Deployment extends Registered {
  readonly address: string
  stop(): Promise<void>
}

export type Commit = 'grouped' | 'single'

/** Starts servers, each with a store of its own in `folder`. */
export class Deployments {
  readonly #folder: string
  readonly #cores: Cores
  readonly #running: ServerProcess[] = []

  constructor(folder: string, cores: Cores) {
    this.#folder = folder
    this.#cores = cores
  }

  /** The bare floor; `client` is what it is asked by. */
  async floor(client: Registered): Promise<Deployment> {
    const port = (await freePort()).toString()
    const secretHash = createHash('sha256').update(client.secret).digest('base64url')
    const command = [...this.#cores.node, '--import', 'tsx', join(packageRoot(), 'bench/floor.ts'), port, secretHash] as const
    return this.#start('floor', command, {}, client, port, `http://127.0.0.1:${port}/`)
  }

  /** As a user runs it: built, `portcullis serve`; on the empty store of the URL `store`, or else on a file. */
  async portcullis(name: string, store = `sqlite:${this.#file(name)}`): Promise<Deployment> {
    const command = [...this.#cores.node, join(packageRoot(), 'dist/src/cli.js'), 'serve'] as const
    return this.#portcullis(name, command, store, await makeStore(store))
  }

  async flowServer(name: string, commit: Commit, grants = 0): Promise<Deployment> {
    const [file, store] = [this.#file(name), `sqlite:${this.#file(name)}`]
    const registered = await makeStore(store)
    if (grants > 0) fill(file, grants)
    const command = [...this.#cores.node, '--import', 'tsx', join(packageRoot(), 'bench/flow-server.ts'), file, commit] as const
    return this.#portcullis(name, command, store, registered)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((server) => server.stop()))
  }

  async #portcullis(name: string, command: readonly [string, ...string[]], store: string, registered: Registered): Promise<Deployment> {
    const [port, operations] = [(await freePort()).toString(), (await freePort()).toString()]
    const settings = {
      ISSUER: `http://127.0.0.1:${port}`,
      PORT: port,
      OPS_PORT: operations,
      STORE: store,
      SECRETS: randomBytes(32).toString('base64url'),
      LOG_LEVEL: 'info',
      LOGIN_ATTEMPTS: '1000000',
    }
    const environment = Object.fromEntries(Object.entries(settings).map(([setting, value]) => [`PORTCULLIS_${setting}`, value]))
    return this.#start(name, command, environment, registered, port, `http://127.0.0.1:${operations}/readyz`)
  }

  async #start(
    name: string,
    command: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>>,
    registered: Registered,
    port: string,
    readyUrl: string,
  ): Promise<Deployment> {
    const output = join(this.#folder, `${name}.jsonl`)
    const server = await ServerProcess.start({ command, cwd: packageRoot(), environment, output, readyUrl })
    this.#running.push(server)
    return { ...registered, address: `http://127.0.0.1:${port}`, stop: () => server.stop() }
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.db`)
  }
}
