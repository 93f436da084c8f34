import { expect } from 'chai'
import { MongoClient, MongoServerError, type Document } from 'mongodb'
import { startFaultProxy } from '../support/fault-proxy.js'
import { FAULT_KINDS, type Fault } from '../support/fault-proxy-plan.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'

interface Counter extends Document {
  _id: string
  n: number
}

onEachProxiedMongo('the fault proxy and the retries of the driver', 'several hosts', (server) => {
  /** With one connection, so that what is asked later is done later. */
  const through = async (fault: Fault, work: (client: MongoClient) => Promise<void>) => {
    const database = await freshDatabase(server)
    const proxy = await startFaultProxy(database.uri)
    const client = new MongoClient(proxy.uri(database.name), { maxPoolSize: 1 })
    try {
      await client.db().collection<Counter>('counters').insertOne({ _id: 'a', n: 0 })
      proxy.inject(fault)
      await work(client)
    } finally {
      await client.close()
      await proxy.stop()
      await database.drop()
    }
  }
  const increment = (client: MongoClient) =>
    client
      .db()
      .collection<Counter>('counters')
      .findOneAndUpdate({ _id: 'a' }, { $inc: { n: 1 } }, { returnDocument: 'after' })

  for (const kind of FAULT_KINDS.filter((kind) => kind.startsWith('cut') || kind.startsWith('not-') || kind.startsWith('shutdown')))
    it(`${kind} once: the driver asks again, and it is done once`, () =>
      through({ command: 'findAndModify', kind, times: 1 }, async (client) => {
        expect(await increment(client)).to.include({ n: 1 })
      }))

  it('a write that asks for no answer passes, and is kept from the server by a fault', () =>
    through({ command: 'insert', kind: 'swallow', times: 1 }, async (client) => {
      const items = client.db().collection('items')
      for (const n of [1, 2]) await items.insertOne({ n }, { writeConcern: { w: 0 } })
      expect(await items.distinct('n')).to.deep.equal([2])
    }))

  it('not-primary twice: the error is labelled as a server labels it', () =>
    through({ command: 'findAndModify', kind: 'not-primary', times: 2 }, async (client) => {
      const error = await increment(client).catch((error: unknown) => error)
      expect(error).to.be.instanceOf(MongoServerError)
      expect((error as MongoServerError).hasErrorLabel('RetryableWriteError')).to.equal(true)
    }))
})
