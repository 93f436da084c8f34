import { once } from 'node:events'
import { expect } from 'chai'
import {
  MongoClient,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  type Document,
} from 'mongodb'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { commandOf, MessageReader, replyTo } from '../support/fault-proxy-messages.js'
import { FAULT_KINDS, FaultPlan, type FaultKind } from '../support/fault-proxy-plan.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'

interface Counter extends Document {
  _id: string
  n: number
}

type Seen = 'network' | 'never' | 'answer' | number

const SEEN: Readonly<Record<FaultKind, Seen>> = {
  refuse: 'network',
  cut: 'network',
  'cut-applied': 'network',
  'not-primary': 10107,
  'not-primary-applied': 10107,
  shutdown: 11600,
  'shutdown-applied': 11600,
  delay: 'answer',
  swallow: 'never',
  'swallow-applied': 'never',
}
const APPLIED: readonly FaultKind[] = FAULT_KINDS.filter((kind) => kind.endsWith('-applied') || kind === 'delay')

const seenIn = (error: unknown): Seen => {
  if (error instanceof MongoNetworkTimeoutError) return 'never'
  if (error instanceof MongoNetworkError) return 'network'
  if (error instanceof MongoServerError && typeof error.code === 'number') return error.code
  throw error
}

onEachProxiedMongo('the fault proxy', 'several hosts', (server) => {
  let proxy: FaultProxy
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let direct: MongoClient
  const opened: MongoClient[] = []
  before(async () => {
    database = await freshDatabase(server)
    proxy = await startFaultProxy(database.uri)
    direct = new MongoClient(database.uri)
  })
  beforeEach(() => counters(direct).updateOne({ _id: 'a' }, { $set: { n: 0 } }, { upsert: true }))
  afterEach(async () => {
    proxy.clear()
    proxy.forget()
    await Promise.all(opened.splice(0).map((client) => client.close()))
  })
  after(async () => {
    await direct.close()
    await proxy.stop()
    await database.drop()
  })

  const proxied = (options: ConstructorParameters<typeof MongoClient>[1] = {}): MongoClient => {
    const client = new MongoClient(proxy.uri(database.name), options)
    opened.push(client)
    return client
  }
  const counters = (client: MongoClient) => client.db().collection<Counter>('counters')
  const increment = (client: MongoClient) => counters(client).findOneAndUpdate({ _id: 'a' }, { $inc: { n: 1 } })
  const count = async (): Promise<number | undefined> => (await counters(direct).findOne({ _id: 'a' }))?.n

  it('passes on what no fault concerns: batches and cursors', async () => {
    const client = proxied()
    const items = client.db().collection('items')
    proxy.inject({ command: 'update', kind: 'cut' })
    await items.insertMany(Array.from({ length: 500 }, (_, n) => ({ n, text: 'x'.repeat(1000) })))
    expect(
      await items
        .find({}, { batchSize: 100 })
        .sort({ n: 1 })
        .map(({ n }) => n as number)
        .toArray(),
    ).to.deep.equal([...Array(500).keys()])
    expect(proxy.statistics.faults).to.deep.equal({})
    expect(proxy.statistics.commands).to.include({ insert: 1, find: 1 })
  })

  for (const kind of FAULT_KINDS) {
    const effect = APPLIED.includes(kind) ? 'the server did it' : 'the server never saw it'
    it(`${kind}: the client sees ${SEEN[kind].toString()}, and ${effect}`, async () => {
      const client = proxied({ retryWrites: false, socketTimeoutMS: 700 })
      await counters(client).findOne()
      proxy.inject({ command: 'findAndModify', kind, times: 1 })
      expect(await increment(client).then(() => 'answer' as const, seenIn)).to.equal(SEEN[kind])
      expect(await count()).to.equal(APPLIED.includes(kind) ? 1 : 0)
      expect(proxy.statistics.faults).to.deep.equal({ [`${kind} findAndModify`]: 1 })
      await increment(client)
      expect(await count()).to.equal(APPLIED.includes(kind) ? 2 : 1)
    })
  }

  it('delay: what is sent later on another connection is answered first', async () => {
    const client = proxied()
    await counters(client).findOne()
    const answered: string[] = []
    proxy.inject({ command: 'findAndModify', kind: 'delay', ms: 500 })
    const slow = increment(client).then(() => answered.push('slow'))
    await counters(client).findOne()
    answered.push('fast')
    await slow
    expect(answered).to.deep.equal(['fast', 'slow'])
  })

  it('refuse: for a while there are no new connections', async () => {
    const client = proxied({ retryReads: false, retryWrites: false })
    await counters(client).findOne()
    proxy.inject({ command: 'findAndModify', kind: 'refuse', times: 1, ms: 60_000 })
    expect(await increment(client).then(() => 'answer' as const, seenIn)).to.equal('network')
    const late = await counters(proxied({ serverSelectionTimeoutMS: 300 }))
      .findOne()
      .catch((error: unknown) => error)
    expect(late).to.be.instanceOf(MongoServerSelectionError)
    proxy.clear()
    await increment(client)
    expect(await count()).to.equal(1)
  })

  it('swallow of everything: no server is found until it is cleared', async () => {
    const client = proxied({ serverSelectionTimeoutMS: 500 })
    proxy.inject({ command: '*', kind: 'swallow' })
    expect(
      await counters(client)
        .findOne()
        .catch((error: unknown) => error),
    ).to.be.instanceOf(MongoServerSelectionError)
    proxy.clear()
    expect(await counters(proxied()).findOne()).to.include({ n: 0 })
  })

  it('reaches the hello replies that a server streams', async () => {
    const client = proxied({ heartbeatFrequencyMS: 500 })
    await counters(client).findOne()
    const failed = once(client, 'serverHeartbeatFailed')
    proxy.inject({ command: 'hello', kind: 'cut', times: 1 })
    await failed
    expect(proxy.statistics.faults).to.deep.equal({ 'cut hello': 1 })
    expect(await counters(client).findOne()).to.include({ n: 0 })
  })
})

describe('what the fault proxy is made of', () => {
  const command = { hello: 1, $db: 'admin' }
  const message = () => {
    const [asked] = new MessageReader().push(replyTo({ bytes: Buffer.alloc(16), id: 7, answers: 0, hasMoreToCome: false }, command))
    if (asked === undefined) throw new Error('no message')
    return asked
  }

  it('a message that comes byte by byte is one message, with its command', () => {
    const reader = new MessageReader()
    const messages = [...message().bytes].flatMap((byte) => reader.push(Buffer.from([byte])))
    expect(messages).to.have.lengthOf(1)
    expect(messages.map(commandOf)).to.deep.equal([command])
  })

  it('bytes that are no message are refused', () => {
    for (const length of [0, 15, -1, 48_000_001]) {
      const bytes = Buffer.alloc(16)
      bytes.writeInt32LE(length)
      expect(() => new MessageReader().push(bytes), length.toString()).to.throw(RangeError)
    }
    const compressed = Buffer.from(message().bytes)
    compressed.writeInt32LE(2012, 12)
    expect(() => commandOf({ ...message(), bytes: compressed })).to.throw(TypeError)
  })

  it('the same seed chooses the same commands, another one others', () => {
    const chosen = (seed: number) => {
      const plan = new FaultPlan(seed)
      plan.inject({ command: 'find', kind: 'cut', probability: 0.5 })
      return Array.from({ length: 64 }, () => plan.next('find') !== undefined)
    }
    expect(chosen(1)).to.deep.equal(chosen(1)).and.not.deep.equal(chosen(2))
    expect(new Set(chosen(1)).size).to.equal(2)
  })
})
