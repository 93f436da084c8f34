import { expect } from 'chai'
import { MongoClient, type CommandStartedEvent, type Document } from 'mongodb'
import { documentOf } from '../../adapters/mongo/documents.js'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import type { GrantId } from '../../domain/ids.js'
import type { Aggregate, Records } from '../../domain/records.js'
import type { Storage } from '../../ports/storage.js'
import { aClientId, aConsent, after as later, anActiveGrant, anAttempt, aSession, aUser, aUserId, DAY, NOW } from '../support/builders.js'
import { lossyProxy, type LossyProxy } from '../support/lossy-proxy.js'
import { freshDatabase, onEachMongo, onEachProxiedMongo, type FreshDatabase } from '../support/mongo.js'
import { answeringProxy } from '../support/mongo-answering.js'

/** More than two statements may change. */
const MANY = 450
const CHANGED_AT_ONCE = 200
/** More than one may read. */
const LISTED_AT_ONCE = 1_000
const LISTED = 1_100

interface Raw {
  readonly client: MongoClient
  readonly database: FreshDatabase
}

async function insert<A extends Aggregate>(
  { client }: Raw,
  aggregate: A,
  records: readonly Records[A][],
  more: object = {},
): Promise<void> {
  const documents = records.map((record) => ({ ...documentOf(aggregate, record), ...more }))
  await client.db().collection<{ _id: string }>(aggregate).insertMany(documents)
}

const count = ({ client }: Raw, aggregate: Aggregate, filter: Document) => client.db().collection(aggregate).countDocuments(filter)

/** How many ids the statements of a bulk name. */
const BATCHES = [CHANGED_AT_ONCE, CHANGED_AT_ONCE, MANY - 2 * CHANGED_AT_ONCE]

/** As a client does that uses each new token at once. */
async function rotateOn({ grants }: Storage, id: GrantId): Promise<void> {
  for (let generation = 7; generation < 100; generation++)
    if ((await grants.rotate(id, generation, { attempt: anAttempt(), at: NOW, idleExpiresAt: later(DAY) })) === undefined) return
}

const many = <T>(make: (index: number) => T, length = MANY): T[] => Array.from({ length }, (_, index) => make(index))

onEachMongo('what a MongoDB store has more of than one statement may touch', (server) => {
  let raw: Raw
  let storage: Storage
  const sent: CommandStartedEvent[] = []
  before(async () => {
    const database = await freshDatabase(server)
    raw = { database, client: new MongoClient(database.uri) }
    storage = await openMongoStorage(database.uri, { onCommand: (event) => sent.push(event) })
    await storage.maintenance.prepare()
  })
  beforeEach(() => {
    sent.length = 0
  })
  after(async () => {
    await storage.maintenance.close()
    await raw.client.close()
    await raw.database.drop()
  })

  const commands = (name: string): readonly Document[] =>
    sent.filter(({ commandName }) => commandName === name).map(({ command }) => command)
  /** How many ids the statements of a kind name, each; undefined where it names none. */
  const idsNamed = (name: 'update' | 'delete') =>
    commands(name).map((command) => {
      const { q } = (command[`${name}s`] as { q: { _id?: { $in?: unknown[] } } }[])[0]!
      return q._id?.$in?.length
    })

  it('is ended in batches, what is rotated meanwhile too, and counted', async () => {
    const clientId = aClientId()
    const grants = many(() => anActiveGrant({ clientId }))
    await insert(raw, 'grants', [...grants, anActiveGrant()])
    const rotations = grants.slice(-5).map(({ id }) => rotateOn(storage, id))
    expect(await storage.grants.endAll({ clientId }, 'revoked', NOW)).to.equal(MANY)
    await Promise.all(rotations)
    expect(await count(raw, 'grants', { clientId, endedAt: null })).to.equal(0)
    expect(await count(raw, 'grants', { endedAt: null })).to.equal(1)
    expect(idsNamed('update')).to.deep.equal([...BATCHES, undefined])
  }).timeout(60_000)

  it('takes one find and one statement where there is little of it, or nothing', async () => {
    const userId = aUserId()
    await insert(raw, 'grants', [anActiveGrant({ userId }), anActiveGrant({ userId })])
    for (const ended of [2, 0]) {
      sent.length = 0
      expect(await storage.grants.endAll({ userId }, 'revoked', NOW)).to.equal(ended)
      expect(sent.map(({ commandName }) => commandName)).to.deep.equal(['find', 'update'])
    }
  })

  it('is removed in batches, but the excepted one, with what others claimed and did not come to delete', async () => {
    const userId = aUserId()
    const kept = aSession({ userId })
    const claimed = 210
    const sessions = many(() => aSession({ userId }))
    await insert(raw, 'sessions', [kept, ...sessions.slice(claimed), aSession()])
    await insert(raw, 'sessions', sessions.slice(0, claimed), { removedBy: 'another' })
    expect(await storage.sessions.endAll({ userId, except: kept.id })).to.equal(MANY - claimed)
    expect(await storage.sessions.list({ userId })).to.deep.equal([kept])
    expect(await count(raw, 'sessions', {})).to.equal(2)
    for (const name of ['update', 'delete'] as const) expect(idsNamed(name)).to.deep.equal([...BATCHES, undefined])
  }).timeout(60_000)

  it('is listed in pages, in order', async () => {
    const clientId = aClientId()
    const consents = many((index) => aConsent({ clientId, userId: aUserId(), createdAt: later((index * 7) % 500) }), LISTED)
    await insert(raw, 'consents', consents)
    const ages = consents.map(({ createdAt }) => createdAt.getTime()).sort((a, b) => a - b)
    for (const filter of [{ clientId }, {}]) {
      sent.length = 0
      const listed = await storage.consents.list(filter)
      expect(listed.map(({ createdAt }) => createdAt.getTime())).to.deep.equal(ages)
      expect(new Set(listed.map(({ userId }) => userId)).size).to.equal(LISTED)
      expect(commands('find').map(({ limit }) => limit as number)).to.deep.equal([LISTED_AT_ONCE, LISTED_AT_ONCE, LISTED_AT_ONCE])
    }
  }).timeout(60_000)

  it('is listed in pages, text by its bytes', async () => {
    const names = many((index) => `person ${index.toString().padStart(5, '0')}`, LISTED)
    // The units of a JavaScript string sort the other way round.
    const last = [0xff21, 0x1d400].map((point) => String.fromCodePoint(point))
    const users = [...names, ...last].reverse().map((username) => aUser({ username }))
    await insert(raw, 'users', users)
    expect((await storage.users.list()).map(({ username }) => username)).to.deep.equal([...names, ...last])
  }).timeout(60_000)
})

onEachProxiedMongo('ending all that a MongoDB store has of a client', 'one host', (server) => {
  let raw: Raw
  before(async () => {
    const database = await freshDatabase(server)
    raw = { database, client: new MongoClient(database.uri) }
  })
  after(async () => {
    await raw.client.close()
    await raw.database.drop()
  })

  async function through<P extends LossyProxy | Awaited<ReturnType<typeof answeringProxy>>>(
    proxy: P,
    work: (storage: Storage, proxy: P) => Promise<void>,
  ): Promise<void> {
    const storage = await openMongoStorage(proxy.uri)
    await storage.maintenance.prepare()
    await work(storage, proxy)
    await storage.maintenance.close()
    await proxy.close()
  }

  for (const passed of [0, 2, 3])
    it(`counts each once when the answer to statement ${passed + 1} of four is lost`, async () => {
      const clientId = aClientId()
      await through(await lossyProxy(raw.database.uri), async ({ grants }, proxy) => {
        await insert(
          raw,
          'grants',
          many(() => anActiveGrant({ clientId })),
        )
        proxy.lose(1, passed)
        expect(await grants.endAll({ clientId }, 'revoked', NOW)).to.equal(MANY)
        expect(proxy.left(), 'answers that were not lost').to.equal(0)
        expect(await count(raw, 'grants', { clientId, endedAt: null })).to.equal(0)
      })
    }).timeout(60_000)

  it('ends and removes also what moves from shard to shard while a statement goes to all of them', async () => {
    const userId = aUserId()
    let passes = 0
    const proxy = await answeringProxy(raw.database.uri, ({ update }) =>
      (update === 'grants' || update === 'sessions') && passes-- > 0 ? { ok: 1, n: 0, nModified: 0 } : undefined,
    )
    await through(proxy, async ({ grants, sessions }) => {
      await grants.save(anActiveGrant({ userId }))
      await sessions.begin(aSession({ userId }))
      for (const end of [() => grants.endAll({ userId }, 'revoked', NOW), () => sessions.endAll({ userId })]) {
        passes = 2
        expect(await end()).to.equal(1)
      }
      expect(await grants.list({ userId }, NOW)).to.deep.equal([])
      expect(await sessions.list({ userId })).to.deep.equal([])
    })
  })
})
