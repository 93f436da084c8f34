import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { STEPS, type Step } from '../../adapters/mongo/schema.js'
import { openMongoStorage, type MongoOptions } from '../../adapters/mongo/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { aUser } from '../support/builders.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'
import { withDatabase } from '../support/mongo-uri.js'

onEachMongo('the schema of a MongoDB store', (server) => {
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

  const step: Step = {
    collections: {},
    indexes: [{ collection: 'users', name: 'by_locale', key: { locale: 1 } }],
    backfills: [{ name: 'users.locale', collection: 'users', lacking: { locale: null }, set: { $set: { locale: 'en' } } }],
  }

  it('is in a database named portcullis unless the URI says otherwise', async () => {
    const storage = await openMongoStorage(withDatabase(database.uri, ''), {
      steps: [
        { collections: {}, indexes: [] },
        { collections: {}, indexes: [] },
      ],
    })
    const error = await failure(() => storage.maintenance.ready())
    await storage.maintenance.close()
    expect(String(error)).to.include('/portcullis lacks')
  })

  it('is prepared once by any number of processes that do so at once', async () => {
    const storages = await Promise.all(Array.from({ length: 4 }, () => open()))
    expect(await storages[0]!.maintenance.isEmpty()).to.equal(true)
    await Promise.all(storages.map(({ maintenance }) => maintenance.prepare()))
    for (const { maintenance } of storages) {
      await maintenance.ready()
      expect(await maintenance.prepare({ dryRun: true })).to.deep.equal([])
      expect(await maintenance.isEmpty()).to.equal(false)
    }
  })

  it('is told by a dry run, which does nothing', async () => {
    const { maintenance } = await open()
    const steps = await maintenance.prepare({ dryRun: true })
    expect(steps).to.include.members(['create collection grants', 'create index grants.by_expiry', 'create index users.by_username'])
    expect(await raw.db().listCollections().toArray()).to.deep.equal([])
    expect(await maintenance.prepare()).to.deep.equal(steps)
  })

  it('that lacks a part is not ready, says what it lacks, and is mended', async () => {
    const { maintenance } = await prepared()
    const db = raw.db()
    await db.collection('grants').dropIndex('of_user')
    await db.collection('users').dropIndex('by_username')
    await db.collection('users').createIndex({ name: 1 }, { name: 'by_username' }, {})
    await db.command({ collMod: 'flows', validator: {} })
    await db.collection('keys').drop()
    const pending = [
      'change validator of flows',
      'create collection keys',
      'replace index users.by_username',
      'create index keys.by_ordinal',
      'create index grants.of_user',
    ]
    expect((await maintenance.status()).schema.pending).to.have.members(pending)
    expect(String(await failure(() => maintenance.ready())))
      .to.include('create index grants.of_user')
      .and.include('portcullis store prepare')
    expect(await maintenance.isEmpty()).to.equal(false)
    expect(await maintenance.prepare()).to.have.members(pending)
    await maintenance.ready()
  })

  it('leaves alone what others made', async () => {
    const { maintenance } = await prepared()
    await raw.db().collection('users').createIndex({ email: 1 }, { name: 'mine' }, {})
    await raw.db().createCollection('theirs')
    expect(await maintenance.prepare()).to.deep.equal([])
    await maintenance.ready()
    expect(await raw.db().collection('users').indexExists('mine')).to.equal(true)
  })

  it('that is newer is refused by a server that starts, and does not stop one that runs', async () => {
    const running = await prepared()
    await running.maintenance.ready()
    await prepared({ steps: [...STEPS, step] })
    await running.maintenance.ready()
    const starting = await open()
    const refusal = `has schema ${STEPS.length + 1}, but this version of the server knows ${STEPS.length}: update the server`
    for (const call of [() => starting.maintenance.ready(), () => starting.maintenance.prepare()]) {
      const error = await failure(call)
      expect(error).to.be.instanceOf(StoreUnavailable)
      expect(String(error)).to.include(refusal)
    }
    expect((await starting.maintenance.status()).schema).to.deep.equal({ version: STEPS.length + 1, wanted: STEPS.length, pending: [] })
  })

  it('moves on in steps, whose backfill is done in batches and resumed where it was interrupted', async () => {
    const old = await prepared()
    await old.transfer.put(
      'users',
      Array.from({ length: 600 }, () => aUser()),
    )
    const broken: Step = {
      ...step,
      backfills: [...step.backfills!, { name: 'users.zone', collection: 'users', lacking: { zone: null }, set: { $never: 1 } }],
    }
    const interrupted = await open({ steps: [...STEPS, broken] })
    await failure(() => interrupted.maintenance.prepare())
    expect((await old.maintenance.status()).schema.version).to.equal(STEPS.length)
    expect(await raw.db().collection('users').countDocuments({ locale: 'en' })).to.equal(600)
    await old.users.add(aUser())
    const next = await open({ steps: [...STEPS, step] })
    expect(await next.maintenance.prepare({ dryRun: true })).to.deep.equal(['backfill users.locale: 1 documents'])
    expect(String(await failure(() => next.maintenance.ready()))).to.include('backfill users.locale')
    expect(await next.maintenance.prepare()).to.deep.equal(['backfill users.locale: 1 documents'])
    await next.maintenance.ready()
    expect(await raw.db().collection('users').countDocuments({ locale: null })).to.equal(0)
    expect(await old.users.list()).to.have.length(601)
  })
})
