import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freePort } from '../test/support/server.js'
import { packageRoot } from '../src/root.js'
import type { Cores } from './cores.js'
import { ServerProcess } from './server-process.js'
import { makeStore, type Registered } from './stores.js'

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

  /** As a user runs it: built, `portcullis serve`. */
  async portcullis(): Promise<Deployment> {
    const command = [...this.#cores.node, join(packageRoot(), 'dist/src/cli.js'), 'serve'] as const
    return this.#portcullis('portcullis', command, 0)
  }

  async flowServer(name: string, commit: Commit, grants = 0): Promise<Deployment> {
    const server = [join(packageRoot(), 'bench/flow-server.ts'), this.#store(name), commit]
    return this.#portcullis(name, [...this.#cores.node, '--import', 'tsx', ...server], grants)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((server) => server.stop()))
  }

  async #portcullis(name: string, command: readonly [string, ...string[]], grants: number): Promise<Deployment> {
    const [port, operations] = [(await freePort()).toString(), (await freePort()).toString()]
    const registered = await makeStore(this.#store(name), grants)
    const settings = {
      ISSUER: `http://127.0.0.1:${port}`,
      PORT: port,
      OPS_PORT: operations,
      STORE: `sqlite:${this.#store(name)}`,
      SECRETS: randomBytes(32).toString('base64url'),
      LOG_LEVEL: 'info',
      LOGIN_ATTEMPTS: '1000',
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

  #store(name: string): string {
    return join(this.#folder, `${name}.db`)
  }
}
