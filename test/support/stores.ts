import type { Clock } from '../../ports/clock.js'
import type { ClientDraft } from '../../ports/for-administering.js'
import type { Storage } from '../../ports/storage.js'
import { freshDatabase, onEachMongo, type MongoServer } from './mongo.js'
import { deploy, type Deployment } from './process.js'
import { startTestServer, type TestServer } from './server.js'

type Settings = Readonly<Record<string, string>>

/** An empty store that nobody else uses: the settings that name it, and its removal. */
export interface FreshStore {
  readonly settings: Settings
  drop(): Promise<void>
}

/** A kind of store; each server gets one of its own, which goes with it. */
export class TestStore {
  readonly name: string
  /** For a server that the test starts by itself. */
  readonly fresh: () => Promise<FreshStore>
  /** So many at once contend for one thing; a stand-in answers fewer in the time that a request has. */
  readonly contenders: number

  constructor(name: string, fresh: () => Promise<FreshStore>, contenders = 50) {
    this.name = name
    this.fresh = fresh
    this.contenders = contenders
  }

  /** See `startTestServer`. */
  async start(settings: Settings = {}, wrap?: (storage: Storage) => Storage, clock?: Clock): Promise<TestServer> {
    const store = await this.fresh()
    const server = await startTestServer({ ...store.settings, ...settings }, wrap, clock)
    return { ...server, stop: () => server.stop().finally(() => store.drop()) }
  }

  /** See `deploy`. */
  async deploy(count: number, settings: Settings = {}, draft: Partial<ClientDraft> = {}): Promise<Deployment> {
    const store = await this.fresh()
    const deployment = await deploy(count, { ...store.settings, ...settings }, draft)
    return { ...deployment, stop: () => deployment.stop().finally(() => store.drop()) }
  }
}

const nothing = () => Promise.resolve()

export const MEMORY = new TestStore('memory', () => Promise.resolve({ settings: { STORE: 'memory:' }, drop: nothing }))
/** In the folder of its server, with which it goes. */
const SQLITE = new TestStore('sqlite', () => Promise.resolve({ settings: {}, drop: nothing }))

function mongo(server: MongoServer): TestStore {
  const fresh = async (): Promise<FreshStore> => {
    const database = await freshDatabase(server)
    return { settings: { STORE: database.uri }, drop: () => database.drop() }
  }
  return new TestStore(server.name, fresh, server.kind === 'SecantusDB' ? 20 : 50)
}

/** The suite once for each store that is there. */
export function onEachStore(title: string, suite: (store: TestStore) => void): void {
  describe(title, () => {
    describe(MEMORY.name, () => suite(MEMORY))
    eachShared(suite)
  })
}

/** The same for the stores that several processes can use; they take longer to start, hence `timeoutMs` for each test and hook. */
export function onEachSharedStore(title: string, timeoutMs: number, suite: (store: TestStore) => void): void {
  describe(title, function () {
    this.timeout(timeoutMs)
    eachShared(suite)
  })
}

function eachShared(suite: (store: TestStore) => void): void {
  describe(SQLITE.name, () => suite(SQLITE))
  onEachMongo('mongo', (server) => suite(mongo(server)))
}
