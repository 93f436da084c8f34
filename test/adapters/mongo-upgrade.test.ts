import { expect } from 'chai'
import { MongoClient, type Document } from 'mongodb'
import { STEPS, validatorOf, type Backfill, type Step } from '../../adapters/mongo/schema.js'
import { openMongoStorage, type MongoOptions } from '../../adapters/mongo/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { ClientId } from '../../domain/ids.js'
import type { Aggregate } from '../../domain/records.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import {
  aClient,
  aDeniedToken,
  after as later,
  aSession,
  aUser,
  aUserId,
  MINUTE,
  NOW,
  someAttempts,
  anApproval,
} from '../support/builders.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'

/** The validator as it was before it knew these fields. */
function without(aggregate: Aggregate, fields: readonly string[]): Document {
  const { $jsonSchema: schema } = validatorOf(aggregate) as { $jsonSchema: { properties: object } }
  const known = Object.entries(schema.properties).filter(([name]) => !fields.includes(name))
  return { $jsonSchema: { ...schema, properties: Object.fromEntries(known) } }
}

const FIRST: Step = {
  ...STEPS[0]!,
  collections: {
    ...STEPS[0]!.collections,
    clients: without('clients', ['previousSecret']),
    users: without('users', ['secondFactor', 'events']),
    consents: without('consents', ['permissions']),
    sessions: without('sessions', ['pending']),
  },
}

onEachMongo('a MongoDB store of schema 1', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let raw: MongoClient
  let old: Storage
  const opened: Storage[] = []
  const open = async (options: MongoOptions = {}) => {
    const storage = await openMongoStorage(database.uri, options)
    opened.push(storage)
    return storage
  }
  const whose = { userId: aUserId(), clientRegistration: 'r' }
  const user = aUser({ secondFactor: undefined, events: [] })
  const [client, session] = [aClient({ previousSecret: undefined }), aSession({ pending: undefined })]
  beforeEach(async () => {
    database = await freshDatabase(server)
    raw = new MongoClient(database.uri)
    old = await open({ steps: [FIRST] })
    await old.maintenance.prepare()
    await old.maintenance.ready()
    await old.users.add(user)
    await old.clients.add(client)
    await old.sessions.begin(session)
    for (const resources of [[], ['urn:a']])
      await old.consents.remember(
        anApproval({ ...whose, clientId: `client-${resources.length}` as ClientId, scopes: ['$read', 'write'], resources }),
      )
    await raw
      .db()
      .collection('consents')
      .updateMany({}, { $unset: { permissions: true } })
    await raw
      .db()
      .collection('users')
      .updateMany({}, { $unset: { events: true } })
  })
  afterEach(async () => {
    for (const storage of opened.splice(0)) await storage.maintenance.close()
    await raw.close()
    await database.drop()
  })

  const PENDING = [
    'create collection deniedTokens',
    'create collection attempts',
    'change validator of clients',
    'change validator of users',
    'change validator of sessions',
    'change validator of consents',
    'create index deniedTokens.by_expiry',
    'create index attempts.by_end',
    'backfill consents.permissions: 1 documents',
  ]

  it('is not ready before it is prepared, which does what a dry run said and keeps everything', async () => {
    const { maintenance, users, clients, sessions, consents } = await open()
    const refusal = await failure(() => maintenance.ready())
    expect(refusal).to.be.instanceOf(StoreUnavailable)
    expect(String(refusal)).to.include('create collection deniedTokens').and.include('portcullis store prepare')
    expect((await maintenance.status()).schema).to.deep.include({ version: 1, wanted: 3 })
    expect(await maintenance.prepare({ dryRun: true })).to.have.members(PENDING)
    expect(await maintenance.prepare()).to.have.members(PENDING)
    await maintenance.ready()
    expect((await maintenance.status()).schema).to.deep.equal({ version: 3, wanted: 3, pending: [] })
    expect(await users.find(user.id)).to.deep.equal(user)
    const allowed = ['$read', 'write'].map((scope) => ({ registration: 'r', scope, resources: [], audience: [] }))
    expect((await consents.list({})).map(({ permissions }) => permissions)).to.have.deep.members([allowed, []])
    expect([await clients.find(client.id), await sessions.find(session.id)]).to.deep.equal([client, session])
  })

  it('serves those that run while it moves on, and understands what they still write', async () => {
    const next = await open()
    await next.maintenance.prepare()
    await old.maintenance.ready()
    const written = aUser({ secondFactor: undefined, events: [] })
    await old.users.add(written)
    await raw
      .db()
      .collection<{ _id: string }>('users')
      .updateOne({ _id: written.id }, { $unset: { events: true } })
    const event = { event: 'sign-in', at: NOW, address: '192.0.2.1' } as const
    await next.users.note(written.id, event)
    expect(await next.users.find(written.id)).to.deep.equal({ ...written, events: [event] })
    const factor = aUser().secondFactor!
    const enrolled = await next.users.change(user.id, { secondFactor: factor }, { sealedSecret: null })
    expect(enrolled).to.deep.equal({ ...user, secondFactor: factor })
  })

  it('moves on even if servers of before write what it changes again and again, and says how often it changed something', async () => {
    // What is changed lacks it still, as if it had been written anew at once.
    const set = [{ $set: { sessionEpoch: { $add: ['$sessionEpoch', 1] } } }]
    const lasting: Backfill = { name: 'users.locale', collection: 'users', lacking: { locale: null }, set }
    const { maintenance, users } = await open({ steps: [FIRST, { collections: {}, indexes: [], backfills: [lasting] }] })
    expect(await maintenance.prepare()).to.deep.equal(['backfill users.locale: 3 documents'])
    await maintenance.ready()
    expect((await users.find(user.id))?.sessionEpoch).to.equal(user.sessionEpoch + 3)
  })

  it('lets the server forget what is over, by indexes on the ends', async () => {
    const { maintenance } = await open()
    await maintenance.prepare()
    for (const [collection, field] of [
      ['deniedTokens', 'expiresAt'],
      ['attempts', 'until'],
    ] as const) {
      const indexes = (await raw.db().collection(collection).indexes()) as Document[]
      const ends = indexes.filter(({ expireAfterSeconds }) => expireAfterSeconds !== undefined)
      expect(ends.map(({ key }) => key as unknown)).to.deep.equal([{ [field]: 1 }])
    }
  })

  it('takes and guards what the new schema is for, and prunes what is over', async () => {
    const { maintenance, deniedTokens, attempts, users } = await open()
    await maintenance.prepare()
    const [over, token, { key }] = [aDeniedToken({ expiresAt: NOW }), aDeniedToken({ expiresAt: later(1) }), someAttempts()]
    for (const denied of [over, token]) await deniedTokens.deny(denied)
    await attempts.reserve(key, later(-MINUTE), NOW)
    expect(await maintenance.prune(NOW)).to.include({ deniedTokens: 1, attempts: 1 })
    expect([await deniedTokens.isDenied(over.jti), await deniedTokens.isDenied(token.jti)]).to.deep.equal([false, true])
    expect((await maintenance.status()).rows).to.include({ deniedTokens: 1, attempts: 0 })
    await users.change(user.id, { secondFactor: aUser().secondFactor! })
    for (const wrong of [{ 'secondFactor.lastStep': 'late' }, { events: [{ event: 'sign-in' }] }])
      expect(await failure(() => raw.db().collection('users').updateOne({}, { $set: wrong }))).to.have.property('code', 121)
  })
})
