import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'

onEachMongo('a MongoDB database in which another program keeps its sessions', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let raw: MongoClient
  let storage: Storage
  beforeEach(async () => {
    database = await freshDatabase(server)
    raw = new MongoClient(database.uri)
    await raw
      .db()
      .collection('sessions')
      .insertOne({ cart: ['a book'], expiresAt: new Date(0) })
    storage = await openMongoStorage(database.uri)
  })
  afterEach(async () => {
    await storage.maintenance.close()
    await raw.close()
    await database.drop()
  })

  it('is refused, and nothing is changed in it', async () => {
    expect(await storage.maintenance.isEmpty()).to.equal(false)
    const { maintenance } = storage
    for (const use of [
      () => maintenance.ready(),
      () => maintenance.status(),
      () => maintenance.prepare({ dryRun: true }),
      () => maintenance.prepare(),
    ]) {
      const error = await failure(use)
      expect(error).to.be.instanceOf(StoreUnavailable)
      expect((error as Error).message).to.match(/belongs to another program, which keeps its sessions there: name another database$/)
    }
    expect((await raw.db().listCollections().toArray()).map(({ name }) => name)).to.deep.equal(['sessions'])
    expect((await raw.db().collection('sessions').indexes()).map(({ name }) => name)).to.deep.equal(['_id_'])
    await raw.db().collection('sessions').insertOne({ cart: [] })
  })
})
