import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import type { Storage } from '../../ports/storage.js'
import { readConfig, type Config } from '../../src/config.js'
import { openStorage } from '../../src/open-storage.js'
import { startServer, type Running } from '../../src/serve.js'
import { anActiveGrant } from '../support/builders.js'
import { eventually } from '../support/eventually.js'
import { FlowLoad } from '../support/flow-load.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'
import { NEXT_STEPS as MONGO_NEXT } from '../support/mongo-steps.js'
import { COMMAND, deploy, type Deployment } from '../support/process.js'
import { testEnvironment } from '../support/server.js'
import { sqliteFolder } from '../support/sqlite-folder.js'
import { NEXT_STEPS as SQLITE_NEXT } from '../support/sqlite-steps.js'
import { freshCode, refresh, Visitor } from '../support/visitor.js'

/** A store of its own for one test: what STORE says, and how a server of the next version opens it. */
interface Updated {
  readonly url: string
  readonly next: () => Promise<Storage>
  readonly remove: () => Promise<void>
}

interface Circumstances {
  /** Rows that the update changes. */
  readonly grants: number
  /** Whether the store is too slow to do so beside others, who then are asked to come again. */
  readonly isSlow: boolean
}

const PATIENCE_MS = 120_000
const addressOf = ({ port }: Running): string => `http://127.0.0.1:${port.toString()}`
const readyz = async (port: number | string): Promise<number> => (await fetch(`http://127.0.0.1:${port.toString()}/readyz`)).status
/** A server gives itself 2 s for that answer, and says 503 when they are over. */
const readyInTheEnd = (port: number): Promise<number> =>
  eventually(
    () => readyz(port),
    (status) => status === 200,
  )

function rollingUpdate(make: () => Promise<Updated>, { grants, isSlow }: Circumstances): void {
  let store: Updated
  let running: Running[]
  beforeEach(async () => {
    store = await make()
    running = []
  })
  afterEach(async () => {
    for (const server of running) await server.stop()
    await store.remove()
  }).timeout(PATIENCE_MS)

  async function startNext(config: Config): Promise<Running> {
    const server = await startServer(config, { storage: await store.next() })
    running.push(server)
    return server
  }
  const configured = async (settings: Readonly<Record<string, string>> = {}, more: Readonly<Record<string, string>> = {}) =>
    readConfig({ ...(await testEnvironment('/nowhere', { STORE: store.url, ...settings })), ...more })

  async function inStore<T>(open: () => Promise<Storage>, work: (storage: Storage) => Promise<T>): Promise<T> {
    const storage = await open()
    try {
      return await work(storage)
    } finally {
      await storage.maintenance.close()
    }
  }
  const prepareNext = () => inStore(store.next, ({ maintenance }) => maintenance.prepare())
  const preparePresent = () =>
    inStore(
      () => openStorage(store.url),
      ({ maintenance }) => maintenance.prepare(),
    )

  it('prepared under load, then old and new servers side by side: no request fails and no token is lost', async () => {
    const deployment = await deploy(1, { STORE: store.url })
    try {
      await sideBySide(deployment)
    } finally {
      await deployment.stop()
    }
  }).timeout(PATIENCE_MS)

  async function sideBySide({ client, servers, folder }: Deployment): Promise<void> {
    const [old] = servers
    if (old === undefined) throw new Error('no server was deployed')
    await inStore(
      () => openStorage(store.url),
      ({ transfer }) =>
        transfer.put(
          'grants',
          Array.from({ length: grants }, () => anActiveGrant()),
        ),
    )
    const visitors = [new Visitor(), new Visitor(), new Visitor()]
    for (const visitor of visitors) await freshCode(old.issuer, client, { visitor })
    const early = await startNext(await configured({ ISSUER: old.issuer }))
    expect(await readyz(early.operationsPort)).to.equal(503)

    const load = new FlowLoad(client)
    load.start(visitors, [old.address])
    await load.sees([old.address], 20)
    const done = await prepareNext()
    expect(done.at(-1)).to.match(/^backfill grants\.channel: \d+ /)
    expect(Number(/: (\d+) /.exec(done.at(-1) ?? '')?.[1])).to.be.at.least(grants)
    expect(await readyInTheEnd(early.operationsPort)).to.equal(200)
    const both = [old.address, addressOf(early)]
    load.use(both)
    await load.sees(both, 50)
    await load.stop()

    expect(load.violations).to.deep.equal([])
    if (!isSlow) expect(load.postponed).to.equal(0)
    for (const [i, token] of load.tokens.entries()) expect((await refresh(both[i % 2] ?? '', client, token)).status).to.equal(200)
    await noOldOneStarts(old.issuer, folder)
  }

  async function noOldOneStarts(issuer: string, cwd: string): Promise<void> {
    const env = { PATH: process.env['PATH'] ?? '', ...(await testEnvironment(cwd, { STORE: store.url, ISSUER: issuer })) }
    const late = spawnSync(process.execPath, [COMMAND, 'serve'], { cwd, env, timeout: 60_000, encoding: 'utf8' })
    expect(late.status).to.equal(69)
    expect(late.stderr).to.match(/has schema \d+, but this version of the server knows \d+: update the server/)
  }

  it('a server on an older store does what comes first when the store has been prepared', async () => {
    await preparePresent()
    const server = await startNext(await configured())
    const seen = () => inStore(store.next, async ({ users, keys }) => [(await users.list()).length, (await keys.list()).length])
    expect([await readyz(server.operationsPort), await seen()]).to.deep.equal([503, [0, 0]])
    await prepareNext()
    expect([await readyInTheEnd(server.operationsPort), await seen()]).to.deep.equal([200, [1, 1]])
  }).timeout(PATIENCE_MS)

  it('OPS-003: a production server on an older store that holds the demo stays not ready', async () => {
    const development = await startServer(await configured())
    await development.stop()
    const server = await startNext(await configured({}, { NODE_ENV: 'production' }))
    await prepareNext()
    expect(await readyz(server.operationsPort)).to.equal(503)
    await inStore(store.next, async ({ users, clients }) => {
      for (const { id } of await users.list()) await users.remove(id)
      for (const { id } of await clients.list()) await clients.remove(id)
    })
    expect(await readyInTheEnd(server.operationsPort)).to.equal(200)
  }).timeout(PATIENCE_MS)
}

describe('a rolling update on SQLite', () => {
  rollingUpdate(
    async () => {
      const folder = await sqliteFolder()
      const next = () => openSqliteStorage(folder.file, { steps: SQLITE_NEXT })
      return { url: `sqlite:${folder.file}`, next, remove: () => folder.remove() }
    },
    { grants: 3_000, isSlow: false },
  )
})

onEachMongo('a rolling update on MongoDB', (mongo) => {
  rollingUpdate(
    async () => {
      const database = await freshDatabase(mongo)
      const next = () => openMongoStorage(database.uri, { steps: MONGO_NEXT })
      return { url: database.uri, next, remove: () => database.drop() }
    },
    mongo.kind === 'SecantusDB' ? { grants: 600, isSlow: true } : { grants: 3_000, isSlow: false },
  )
})
