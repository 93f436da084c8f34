import { expect } from 'chai'
import type { Document } from 'mongodb'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import type { Storage } from '../../ports/storage.js'
import { aGrantId, anActiveGrant } from '../support/builders.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'
import { answeringProxy, type AnsweringProxy } from '../support/mongo-answering.js'

const REFUSAL = { ok: 0, code: 123, codeName: 'NotAReplicaSet', errmsg: 'node needs to be a replica set member to use read concern' }

const isLinearizable = ({ readConcern }: Document): boolean => (readConcern as Document | undefined)?.['level'] === 'linearizable'

onEachProxiedMongo('the MongoDB adapter on a mongod without a replica set', 'one host', (mongo) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let proxy: AnsweringProxy
  let storage: Storage
  let refusals = 0
  before(async () => {
    database = await freshDatabase(mongo)
    proxy = await answeringProxy(database.uri, (command) => {
      if (!isLinearizable(command)) return undefined
      refusals++
      return REFUSAL
    })
    storage = await openMongoStorage(proxy.uri)
    await storage.maintenance.prepare()
  })
  after(async () => {
    await storage.maintenance.close()
    await proxy.close()
    await database.drop()
  })

  it('finds what is confirmed, though nothing can be read linearizably there', async () => {
    const grant = anActiveGrant()
    await storage.grants.save(grant)
    expect(await storage.grants.find(grant.id, { confirmed: true })).to.deep.equal(grant)
    expect(await storage.grants.find(aGrantId(), { confirmed: true })).to.equal(undefined)
    expect(refusals).to.equal(2)
  })
})
