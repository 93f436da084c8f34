import { expect } from 'chai'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'

onEachProxiedMongo('the first preparation of a MongoDB store', 'several hosts', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let proxy: FaultProxy
  let storage: Storage
  beforeEach(async () => {
    database = await freshDatabase(server)
    proxy = await startFaultProxy(database.uri)
    storage = await openMongoStorage(proxy.uri(database.name))
  })
  afterEach(async () => {
    await storage.maintenance.close()
    await proxy.stop()
    await database.drop()
  })

  for (const command of ['create', 'createIndexes'])
    it(`gives up when ${command} is never answered, and the next one goes on`, async () => {
      proxy.inject({ command, kind: 'swallow' })
      expect(await failure(() => storage.maintenance.prepare())).to.be.instanceOf(StoreUnavailable)
      expect(await storage.maintenance.isEmpty()).to.equal(true)
      proxy.clear()
      await storage.maintenance.prepare()
      await storage.maintenance.ready()
    }).timeout(10_000)

  for (const command of ['create', 'createIndexes'])
    it(`goes on when the answer to ${command} is lost`, async () => {
      proxy.inject({ command, kind: 'cut-applied', times: 1 })
      await storage.maintenance.prepare()
      await storage.maintenance.ready()
    })
})
