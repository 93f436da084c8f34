import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { expect } from 'chai'
import type { Document } from 'mongodb'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import type { Storage } from '../../ports/storage.js'
import { aGrantId, anActiveGrant } from '../support/builders.js'
import { commandOf, MessageReader, replyTo } from '../support/fault-proxy-messages.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'

const REFUSAL = { ok: 0, code: 123, codeName: 'NotAReplicaSet', errmsg: 'node needs to be a replica set member to use read concern' }

const isLinearizable = ({ readConcern }: Document): boolean => (readConcern as Document | undefined)?.['level'] === 'linearizable'

/** Passes everything on but what a standalone mongod refuses. */
async function standalone(uri: string, sockets: Socket[], refused: () => void): Promise<Server> {
  const { hostname, port } = new URL(uri)
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    const reader = new MessageReader()
    sockets.push(client, upstream)
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy())
    upstream.pipe(client)
    client.on('close', () => upstream.destroy())
    client.on('data', (data) => {
      for (const message of reader.push(data)) {
        if (!isLinearizable(commandOf(message))) {
          upstream.write(message.bytes)
          continue
        }
        refused()
        client.write(replyTo(message, REFUSAL))
      }
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return server
}

onEachProxiedMongo('the MongoDB adapter on a mongod without a replica set', 'one host', (mongo) => {
  const sockets: Socket[] = []
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let server: Server
  let storage: Storage
  let refusals = 0
  before(async () => {
    database = await freshDatabase(mongo)
    server = await standalone(database.uri, sockets, () => refusals++)
    const own = new URL(database.uri)
    own.port = (server.address() as AddressInfo).port.toString()
    own.searchParams.set('directConnection', 'true')
    storage = await openMongoStorage(own.href)
    await storage.maintenance.prepare()
  })
  after(async () => {
    await storage.maintenance.close()
    for (const socket of sockets) socket.destroy()
    server.close()
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
