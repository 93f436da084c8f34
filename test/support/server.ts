import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Argon2PasswordHasher } from '../../adapters/system/argon2.js'
import { systemClock } from '../../adapters/system/clock.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { Administrator } from '../../domain/administrator.js'
import type { ClientDraft, ClientWithSecret } from '../../ports/for-administering.js'
import type { Clock } from '../../ports/clock.js'
import type { Storage } from '../../ports/storage.js'
import { readConfig, type Config } from '../../src/config.js'
import { openStorage } from '../../src/open-storage.js'
import { startServer, type Running } from '../../src/serve.js'
import type { Later } from '../../src/sweeper.js'

export const SECRET = Buffer.alloc(32, 7).toString('base64url')
export const PASSWORD = 'correct horse battery'

export interface TestServer {
  readonly issuer: string
  readonly config: Config
  readonly storage: Storage
  readonly administering: Administrator
  readonly running: Running
  readonly folder: string
  client(draft?: Partial<ClientDraft>): Promise<ClientWithSecret>
  stop(): Promise<void>
}

const given = new Set<number>()

/** Another one each time, since nobody may listen yet on those given before. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  if (given.has(port)) return freePort()
  given.add(port)
  return port
}

/** Settings of a server on its own folder and ports, as environment variables without the prefix. */
export async function testEnvironment(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
  const port = await freePort()
  const operations = await freePort()
  const all = {
    ISSUER: `http://localhost:${port.toString()}`,
    PORT: port.toString(),
    OPS_PORT: operations.toString(),
    STORE: `sqlite:${join(folder, 'portcullis.db')}`,
    SECRETS: SECRET,
    LOG_LEVEL: 'silent',
    ...settings,
  }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [`PORTCULLIS_${name}`, value]))
}

/** A whole server in this process, on SQLite, with scopes read, write and admin and the people alice and bob (password PASSWORD). */
export async function startTestServer(
  settings: Readonly<Record<string, string>> = {},
  wrap: (storage: Storage) => Storage = (storage) => storage,
  clock: Clock = systemClock,
  later?: Later,
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-test-'))
  const config = readConfig(await testEnvironment(folder, settings), folder)
  const storage = await openStorage(config.store)
  await storage.maintenance.prepare()
  const administering = await seeded(config, storage)
  const running = await startServer(config, { storage: wrap(storage), clock, ...(later && { later }) })
  const source = { requestId: 'test', address: 'cli' }
  return {
    issuer: config.issuer,
    config,
    storage,
    administering,
    running,
    folder,
    client: (draft = {}) =>
      administering.createClient(
        {
          name: 'Test client',
          redirectUris: ['https://rp.test/cb'],
          grants: ['authorization_code', 'refresh_token', 'client_credentials'],
          scopes: ['read', 'write'],
          defaultScopes: ['read'],
          ...draft,
        },
        source,
      ),
    stop: async () => {
      await running.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The three scopes and two people of `startTestServer`. */
export async function seeded(config: Config, storage: Storage): Promise<Administrator> {
  const secrets = new SystemSecrets(config.secrets)
  const audit = { record: () => undefined }
  const administrator = new Administrator({ storage, secrets, hasher: new Argon2PasswordHasher(), clock: systemClock, audit })
  const source = { requestId: 'test', address: 'cli' }
  for (const name of ['read', 'write', 'admin']) await administrator.createScope({ name, description: `To ${name} things` }, source)
  for (const username of ['alice', 'bob']) await administrator.createUser({ username, password: PASSWORD }, source)
  return administrator
}
