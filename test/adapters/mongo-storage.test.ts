import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect } from 'chai'
import { MongoClient, type CommandStartedEvent } from 'mongodb'
import { openMongoStorage, type MongoOptions } from '../../adapters/mongo/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { aGrant, aSession, aUser, NOW } from '../support/builders.js'
import { inTime } from '../support/fault-proxy-load.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'

const PASSWORD = 'geheim'

describe('opening a MongoDB store', () => {
  it('says what is wrong with a URI in one sentence without the password', async () => {
    const uris = [
      `mongodb://ada:${PASSWORD}@x@host/`,
      `mongodb://ada:${PASSWORD}%@host/`,
      `mongodb://ada:${PASSWORD}@host:99999/`,
      `mongodb://ada:${PASSWORD}`,
      `mongodb+srv://ada:${PASSWORD}/accounts`,
      `mongodb://host,ada:${PASSWORD}?w=1`,
      `mongodb://ada:${PASSWORD}@host/?colour=blue`,
      `mongodb://ada:${PASSWORD}@host/?maxPoolSize=many`,
      `mongodb://ada:${PASSWORD}@host/a b`,
      `mongodb://ada:${PASSWORD}@host/?tlsCertificateKeyFilePassword=${PASSWORD}&colour=blue`,
      `mongodb+srv://ada:${PASSWORD}@host.example:27017/`,
    ]
    for (const uri of uris) {
      const error = await failure(() => openMongoStorage(uri))
      expect(error, uri).to.be.instanceOf(StoreUnavailable)
      expect((error as Error).message).to.match(/^the address of the store cannot be used: .+/)
      expect(JSON.stringify([String(error), (error as Error).stack, String((error as Error).cause)]), uri).to.not.include(PASSWORD)
    }
  })

  const unreachable = async (port: number) => {
    const error = await failure(() => inTime(openMongoStorage(`mongodb://ada:${PASSWORD}@127.0.0.1:${port}/accounts`)))
    expect(error).to.be.instanceOf(StoreUnavailable)
    expect((error as Error).message).to.match(
      new RegExp(`^the store mongodb://127.0.0.1:${port}/accounts (cannot be reached|did not answer in time)$`),
    )
  }

  it('gives up on a port that nobody listens on', async function () {
    this.timeout(15_000)
    await unreachable(1)
  })

  it('gives up on a server that accepts and never answers', async function () {
    this.timeout(15_000)
    const sockets: Socket[] = []
    const server = createServer((socket) => sockets.push(socket))
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    try {
      await unreachable((server.address() as AddressInfo).port)
    } finally {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })
})

onEachMongo('a MongoDB store', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let raw: MongoClient
  const opened: Storage[] = []
  const open = async (options: MongoOptions = {}, more = '') => {
    const storage = await openMongoStorage(`${database.uri}${more}`, options)
    opened.push(storage)
    return storage
  }
  const prepared = async (options: MongoOptions = {}, more = '') => {
    const storage = await open(options, more)
    await storage.maintenance.prepare()
    return storage
  }
  beforeEach(async () => {
    database = await freshDatabase(server)
    raw = new MongoClient(database.uri)
  })
  afterEach(async () => {
    for (const storage of opened.splice(0)) await storage.maintenance.close()
    await raw.close()
    await database.drop()
  })

  describe('guarantees', () => {
    it('are those of this program, whatever the URI asks for', async () => {
      const sent: CommandStartedEvent[] = []
      const weak =
        '?w=0&journal=false&wtimeoutMS=1&readConcernLevel=available&readPreference=secondaryPreferred&retryWrites=false&maxPoolSize=0'
      const storage = await prepared({ onCommand: (event) => sent.push(event) }, weak)
      await storage.users.add(aUser())
      await storage.grants.end(aGrant().id, 'revoked', NOW)
      await storage.sessions.end(aSession().id)
      await storage.users.list()
      const writes = sent.filter(({ commandName }) => ['insert', 'update', 'delete', 'findAndModify'].includes(commandName))
      const reads = sent.filter(({ commandName, command }) => commandName === 'find' && command['find'] === 'users')
      expect([writes.length > 4, reads.length > 0]).to.deep.equal([true, true])
      for (const { command } of writes) expect(command['writeConcern']).to.include({ w: 'majority', j: true })
      for (const { command } of reads) {
        expect(command['readConcern']).to.deep.equal({ level: 'local' })
        expect((command['$readPreference'] as { mode?: string } | undefined)?.mode ?? 'primary').to.be.oneOf([
          'primary',
          'primaryPreferred',
        ])
      }
    })

    it('are the database’s, too: it refuses a document of the wrong form', async () => {
      const { users } = await prepared()
      await users.add(aUser())
      const collection = raw.db().collection<{ _id: string }>('users')
      expect(await failure(() => collection.insertOne({ _id: 'eve' }))).to.have.property('code', 121)
      expect(await failure(() => collection.updateOne({}, { $set: { sessionEpoch: 'many' } }))).to.have.property('code', 121)
    })
  })

  it('that is closed is unavailable', async () => {
    const { maintenance, users } = await prepared()
    await maintenance.close()
    for (const call of [() => users.list(), () => maintenance.ready()]) expect(String(await failure(call))).to.include('is closed')
  })
})
