import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.js'
import { openStorage } from '../../src/open-storage.js'
import type { ClientDraft, ClientWithSecret } from '../../ports/for-administering.js'
import { seeded, testEnvironment } from './server.js'

export const COMMAND = join(process.cwd(), 'dist/src/cli.js')

/** A server as a user runs it: a process of its own. */
export class ServerProcess {
  readonly issuer: string
  readonly #environment: Readonly<Record<string, string>>
  readonly #folder: string
  #child: ChildProcess | undefined
  output = ''

  constructor(environment: Readonly<Record<string, string>>, folder: string) {
    this.#environment = environment
    this.#folder = folder
    this.issuer = environment['PORTCULLIS_ISSUER'] ?? ''
  }

  get address(): string {
    return `http://127.0.0.1:${this.#environment['PORTCULLIS_PORT'] ?? ''}`
  }

  get operations(): string {
    return `http://127.0.0.1:${this.#environment['PORTCULLIS_OPS_PORT'] ?? ''}`
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [COMMAND, 'serve'], {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'] ?? '', ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    await this.#ready(child)
  }

  /** Sends the signal and waits for the end; answers the exit code. After SIGTERM, all that it wrote is in `output`. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (child?.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const ended = new Promise<number | null>((exited) => child.once(signal === 'SIGTERM' ? 'close' : 'exit', exited))
    child.kill(signal)
    return ended
  }

  async #ready(child: ChildProcess): Promise<void> {
    const url = `http://127.0.0.1:${this.#environment['PORTCULLIS_OPS_PORT'] ?? ''}/readyz`
    for (let tries = 0; tries < 200; tries++) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode.toString()}: ${this.output}`)
      const answer = await fetch(url).catch(() => undefined)
      if (answer?.status === 200) return
      await new Promise((later) => setTimeout(later, 50))
    }
    throw new Error(`the server did not become ready: ${this.output}`)
  }
}

export interface Deployment {
  readonly folder: string
  readonly servers: readonly ServerProcess[]
  readonly client: ClientWithSecret
  stop(): Promise<void>
}

/** `count` server processes with one issuer on one SQLite file, with alice, bob and one client. */
export async function deploy(
  count: number,
  settings: Readonly<Record<string, string>> = {},
  draft: Partial<ClientDraft> = {},
): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-deployment-'))
  const first = await testEnvironment(folder, { LOG_LEVEL: 'info', ...settings })
  const config = readConfig(first, folder)
  const storage = await openStorage(config.store)
  await storage.maintenance.prepare()
  const administering = await seeded(config, storage)
  const client = await administering.createClient(
    {
      name: 'Deployed client',
      redirectUris: ['https://rp.test/cb'],
      grants: ['authorization_code', 'refresh_token', 'client_credentials'],
      scopes: ['read', 'write'],
      defaultScopes: ['read'],
      ...draft,
    },
    { requestId: 'test', address: 'cli' },
  )
  await storage.maintenance.close()
  const servers = [new ServerProcess(first, folder)]
  for (let i = 1; i < count; i++) {
    const own = await testEnvironment(folder, { LOG_LEVEL: 'info', ...settings })
    servers.push(new ServerProcess({ ...own, PORTCULLIS_ISSUER: first['PORTCULLIS_ISSUER'] ?? '' }, folder))
  }
  await Promise.all(servers.map((server) => server.start()))
  return {
    folder,
    servers,
    client,
    stop: async () => {
      await Promise.all(servers.map((server) => server.end('SIGKILL')))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
