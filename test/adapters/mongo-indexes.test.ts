import { expect } from 'chai'
import { MongoClient, type Document } from 'mongodb'
import { toDoFor } from '../../adapters/mongo/indexes.js'
import type { IndexPart } from '../../adapters/mongo/schema.js'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { InvalidInput, StoreUnavailable } from '../../domain/errors.js'
import { failure } from '../contracts/opened.js'
import { aUser } from '../support/builders.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'
import { answeringProxy, type AnsweringProxy } from '../support/mongo-answering.js'

describe('an index that a MongoDB store has', () => {
  const WANTED: IndexPart = {
    collection: 'grants',
    name: 'of_user',
    key: { userId: 1, clientId: 1 },
    sparse: true,
    expireAfterSeconds: 300,
  }
  const UNIQUE: IndexPart = { collection: 'users', name: 'by_username', key: { username: 1 }, unique: true }
  const has = { v: 2, name: 'mine', key: { userId: 1, clientId: 1 }, sparse: true, expireAfterSeconds: 300 }
  const id = { v: 2, name: '_id_', key: { _id: 1 } }

  it('stands for the one that is wanted when it does the same, whatever its name', () => {
    for (const name of ['mine', WANTED.name]) expect(toDoFor(WANTED, [id, { ...has, name }]), name).to.equal(undefined)
    const unique = { name: 'mine', key: { username: 1 }, unique: true }
    expect(toDoFor(UNIQUE, [id, { ...unique, unique: false }, unique])).to.equal(undefined)
  })

  it('does not when it differs: under the same name it is replaced, under another one left beside', () => {
    const others: Document[] = [
      { ...has, key: { clientId: 1, userId: 1 } },
      { ...has, key: { userId: 1 } },
      { ...has, key: { userId: 1, clientId: -1 } },
      { ...has, unique: true },
      { ...has, sparse: false },
      { ...has, expireAfterSeconds: 301 },
      { ...has, expireAfterSeconds: undefined },
      { ...has, partialFilterExpression: { endedAt: null } },
    ]
    for (const other of others) {
      expect(toDoFor(WANTED, [id, other]), JSON.stringify(other)).to.equal('create-index')
      expect(toDoFor(WANTED, [id, { ...other, name: WANTED.name }, has]), JSON.stringify(other)).to.equal('replace-index')
    }
    expect(toDoFor(WANTED, [id, { ...has, collation: { locale: 'de' } }])).to.equal('create-index')
    expect(toDoFor(WANTED, [])).to.equal('create-index')
    expect(toDoFor(UNIQUE, [{ name: 'mine', key: { username: 1 } }])).to.equal('create-index')
  })
})

/** What mongod says to a second index on the same fields; the stand-in makes it. */
const CONFLICT = { ok: 0, code: 85, codeName: 'IndexOptionsConflict', errmsg: 'Index already exists with a different name: mine' }
const UNAUTHORIZED = { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'not authorized on portcullis to execute command dropIndexes' }

onEachProxiedMongo('preparing a MongoDB store whose indexes an operator changed', 'one host', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let raw: MongoClient
  let proxy: AnsweringProxy
  let storage: Awaited<ReturnType<typeof openMongoStorage>>
  let answer: (command: Document) => Document | undefined
  beforeEach(async () => {
    answer = () => undefined
    database = await freshDatabase(server)
    raw = new MongoClient(database.uri)
    proxy = await answeringProxy(database.uri, (command) => answer(command))
    storage = await openMongoStorage(proxy.uri)
    await storage.maintenance.prepare()
  })
  afterEach(async () => {
    await storage.maintenance.close()
    await proxy.close()
    await raw.close()
    await database.drop()
  })

  const indexesOf = async (collection: string): Promise<Document[]> => raw.db().collection(collection).indexes()
  const uniqueOnes = async () => (await indexesOf('users')).filter(({ unique }) => unique === true)

  it('leaves one alone that does the same under another name, and still tells which value is taken', async () => {
    const users = raw.db().collection('users')
    await users.dropIndex('by_username')
    await users.createIndex({ username: 1 }, { name: 'mine', unique: true }, {})
    await storage.maintenance.ready()
    expect(await storage.maintenance.prepare()).to.deep.equal([])
    const user = aUser()
    await storage.users.add(user)
    const error = await failure(() => storage.transfer.put('users', [aUser(), aUser({ username: user.username })]))
    expect(error).to.be.instanceOf(InvalidInput)
    expect(String(error)).to.include(`the user name ${JSON.stringify(user.username)} belongs to another record of users`)
  })

  it('names the one that is in the way of another', async () => {
    const grants = raw.db().collection('grants')
    await grants.dropIndex('by_expiry')
    await grants.createIndex({ expiresAt: 1 }, { name: 'mine', expireAfterSeconds: 1 }, {})
    answer = (command) => ('createIndexes' in command ? CONFLICT : undefined)
    const error = await failure(() => storage.maintenance.prepare())
    expect(error).to.be.instanceOf(StoreUnavailable)
    expect(String(error)).to.match(/cannot have the index grants\.by_expiry: drop mine, which is in its place$/)
    await grants.dropIndex('mine')
    answer = () => undefined
    expect(await storage.maintenance.prepare()).to.deep.equal(['create index grants.by_expiry'])
  })

  it('has the unique one before it drops the one that took its name, and drops that the next time when it could not', async () => {
    const users = raw.db().collection('users')
    await users.dropIndex('by_username')
    await users.createIndex({ name: 1 }, { name: 'by_username' }, {})
    answer = (command) => ('dropIndexes' in command ? UNAUTHORIZED : undefined)
    expect(await failure(() => storage.maintenance.prepare())).to.be.instanceOf(StoreUnavailable)
    expect((await uniqueOnes()).map(({ key }) => key as unknown)).to.deep.equal([{ username: 1 }])
    answer = () => undefined
    expect(await storage.maintenance.prepare()).to.deep.equal(['replace index users.by_username'])
    await storage.maintenance.ready()
    expect((await indexesOf('users')).map(({ key }) => key as unknown)).to.have.deep.members([{ _id: 1 }, { username: 1 }])
  })

  it('takes the unique one that is there under another name when it drops the one that took its name', async () => {
    const users = raw.db().collection('users')
    await users.dropIndex('by_username')
    await users.createIndex({ name: 1 }, { name: 'by_username' }, {})
    await users.createIndex({ username: 1 }, { name: 'mine', unique: true }, {})
    answer = (command) => ('createIndexes' in command ? CONFLICT : undefined)
    expect(await storage.maintenance.prepare()).to.deep.equal(['replace index users.by_username'])
    await storage.maintenance.ready()
    expect((await indexesOf('users')).map(({ name }) => name as string)).to.have.members(['_id_', 'mine'])
  })
})
