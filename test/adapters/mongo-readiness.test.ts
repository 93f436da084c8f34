import { expect } from 'chai'
import { MongoClient, type CommandStartedEvent, type Document } from 'mongodb'
import { STEPS } from '../../adapters/mongo/schema.js'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { isStoreUnavailable, StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { readConfig } from '../../src/config.js'
import { startServer } from '../../src/serve.js'
import { failure } from '../contracts/opened.js'
import { aFlow } from '../support/builders.js'
import { freshDatabase, onEachMongo, onEachProxiedMongo } from '../support/mongo.js'
import { answeringProxy, type AnsweringProxy } from '../support/mongo-answering.js'
import { testEnvironment } from '../support/server.js'

/** What mongod says to a write when the others do not have it in time. */
const UNCONFIRMED = {
  ok: 1,
  n: 1,
  nModified: 0,
  writeConcernError: {
    code: 64,
    codeName: 'WriteConcernTimeout',
    errmsg: 'waiting for replication timed out',
    errInfo: { wtimeout: true },
  },
}
/** And to whoever has the role `read` alone. */
const UNAUTHORIZED = { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'not authorized on portcullis to execute command' }

const WRITES = ['insert', 'update', 'delete', 'findAndModify', 'create', 'createIndexes', 'collMod']
const isWrite = (command: Document): boolean => WRITES.some((name) => name in command)

onEachProxiedMongo('a MongoDB store that can be read and not written', 'one host', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let proxy: AnsweringProxy
  let storage: Storage
  let answer: Document | undefined
  beforeEach(async () => {
    answer = undefined
    database = await freshDatabase(server)
    proxy = await answeringProxy(database.uri, (command) => (isWrite(command) ? answer : undefined))
    storage = await openMongoStorage(proxy.uri)
    await storage.maintenance.prepare()
  })
  afterEach(async () => {
    await storage.maintenance.close()
    await proxy.close()
    await database.drop()
  })

  const cases = [
    ['because no majority confirms', UNCONFIRMED, 'did not confirm a write in time'],
    ['because the user may not', UNAUTHORIZED, 'does not allow this user what the server needs (role readWrite'],
  ] as const
  for (const [why, said, words] of cases)
    it(`${why}, is not ready, says why, and is ready again afterwards`, async () => {
      const running = await openMongoStorage(proxy.uri)
      await running.maintenance.ready()
      answer = said
      for (const { maintenance } of [running, storage]) {
        const error = await failure(() => maintenance.ready())
        expect(error).to.be.instanceOf(StoreUnavailable)
        expect(String(error)).to.include(words)
      }
      answer = undefined
      for (const { maintenance } of [running, storage]) await maintenance.ready()
      await running.maintenance.close()
    })

  for (const [why, said, words] of cases)
    it(`${why}, lets no server start, also where nothing is left to be written at a start`, async () => {
      const environment = { ...(await testEnvironment('/nowhere', { STORE: proxy.uri })), NODE_ENV: 'production' }
      await (await startServer(readConfig(environment))).stop()
      answer = said
      const error = await failure(() => startServer(readConfig(environment)))
      expect(isStoreUnavailable(error)).to.equal(true)
      expect(String(error)).to.include(words)
    })
})

onEachMongo('whether a MongoDB store is ready', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let raw: MongoClient
  let storage: Storage
  const sent: CommandStartedEvent[] = []
  beforeEach(async () => {
    database = await freshDatabase(server)
    raw = new MongoClient(database.uri)
    storage = await openMongoStorage(database.uri, { onCommand: (event) => sent.push(event) })
    await storage.maintenance.prepare()
    await storage.maintenance.ready()
    sent.length = 0
  })
  afterEach(async () => {
    await storage.maintenance.close()
    await raw.close()
    await database.drop()
  })

  const recorded = () => raw.db().collection('schema').find().toArray()

  it('is asked by one command, a confirmed write that changes nothing', async () => {
    const before = await recorded()
    await storage.maintenance.ready()
    expect(sent.map(({ commandName }) => commandName)).to.deep.equal(['update'])
    expect(sent[0]!.command['writeConcern']).to.deep.include({ w: 'majority', j: true })
    expect((sent[0]!.command['writeConcern'] as { wtimeout: number }).wtimeout).to.be.within(1, 2_000)
    expect([before.length, await recorded()]).to.deep.equal([1, before])
  })

  it('is denied when it was dropped, whatever is written to it since, until it is there again', async () => {
    const { maintenance, flows } = storage
    await raw.db().dropDatabase()
    const dropped = 'was dropped while it was served: restore it from a backup'
    expect(String(await failure(() => maintenance.ready()))).to.include(dropped)
    await flows.begin(aFlow())
    for (let again = 0; again < 2; again++) expect(String(await failure(() => maintenance.ready()))).to.include(dropped)
    await raw.db().dropDatabase()
    await maintenance.prepare()
    await maintenance.ready()
  })

  it('is denied while a restored one lacks an index', async () => {
    const { maintenance } = storage
    await raw.db().collection('schema').deleteMany({})
    await failure(() => maintenance.ready())
    await raw.db().collection('grants').dropIndex('of_user')
    await raw.db().collection<{ _id: string; version: number }>('schema').insertOne({ _id: 'schema', version: STEPS.length })
    expect(String(await failure(() => maintenance.ready()))).to.include('create index grants.of_user')
    await maintenance.prepare()
    await maintenance.ready()
  })
})
