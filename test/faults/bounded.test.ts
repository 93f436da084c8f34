import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import type { Storage } from '../../ports/storage.js'
import {
  aClient,
  aConsent,
  aDeniedToken,
  aFlow,
  after as later,
  aGrant,
  aKey,
  anActiveGrant,
  anApprovedGrant,
  anAttempt,
  aSession,
  aUser,
  NOW,
  someAttempts,
} from '../support/builders.js'
import { told } from '../support/command.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'
import { deploy } from '../support/process.js'
import { sqliteFolder } from '../support/sqlite-folder.js'
import { freshCode, redeem, revoke, Visitor } from '../support/visitor.js'

const LIFETIME_MS = 2_000
const END = later(LIFETIME_MS)
const PATIENCE_MS = 180_000

interface Opened {
  readonly storage: Storage
  readonly remove: () => Promise<void>
}

async function openSqlite(): Promise<Opened> {
  const folder = await sqliteFolder()
  return { storage: await openSqliteStorage(folder.file), remove: () => folder.remove() }
}
const openMemory = async (): Promise<Opened> => ({ storage: openMemoryStorage(), remove: async () => undefined })

/** No more at once than any store answers in the time that a call has. */
async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 20) await Promise.all(Array.from({ length: Math.min(20, count - done) }, work))
}

/** Every second one is redeemed and gets a refresh token. */
const makeGrants = ({ grants }: Storage, count: number) =>
  times(count / 2, async () => {
    const [unspent, redeemed] = [0, 1].map(() => anApprovedGrant({ expiresAt: END }))
    if (unspent === undefined || redeemed === undefined) return
    await grants.save(unspent)
    await grants.save(redeemed)
    const lineage = { idleExpiresAt: END, expiresAt: END }
    await grants.redeem(redeemed.id, { attempt: anAttempt(), at: NOW, refresh: lineage, expiresAt: END })
  })

async function makeWhatStays({ transfer, grants, sessions, flows, deniedTokens, attempts }: Storage): Promise<void> {
  await transfer.put('users', [aUser()])
  await transfer.put('clients', [aClient()])
  await transfer.put('consents', [aConsent()])
  await transfer.put('keys', [aKey()])
  await grants.save(anActiveGrant())
  await sessions.begin(aSession())
  await flows.begin(aFlow({ spentAt: undefined, spentBy: undefined }))
  await deniedTokens.deny(aDeniedToken())
  await attempts.reserve(someAttempts().key, NOW, later(2 * LIFETIME_MS))
}

/** Gone when they have expired; so many of each kind. */
async function makeOthers({ sessions, flows, deniedTokens, attempts }: Storage, count: number): Promise<void> {
  await times(count, () => sessions.begin(aSession({ expiresAt: END })))
  await times(count, () => flows.begin(aFlow({ spentAt: undefined, spentBy: undefined, expiresAt: END })))
  await times(count, () => deniedTokens.deny(aDeniedToken({ expiresAt: END })))
  await times(count, () => attempts.reserve(someAttempts().key, NOW, END))
}

function isBounded(open: () => Promise<Opened>, count: number): void {
  let opened: Opened
  beforeEach(async () => {
    opened = await open()
    await opened.storage.maintenance.prepare()
  })
  afterEach(async () => {
    await opened.storage.maintenance.close()
    await opened.remove()
  })

  it(`${count} grants that lived for 2 s are gone after a prune, and what else has ended by then, and nothing else is`, async () => {
    const { storage } = opened
    const { maintenance } = storage
    const rows = async () => (await maintenance.status()).rows
    await makeWhatStays(storage)
    const baseline = await rows()
    await makeGrants(storage, count)
    const others = count / 20
    await makeOthers(storage, others)
    const made = { grants: count, sessions: others, flows: others, deniedTokens: others, attempts: others }
    const grown = Object.fromEntries(Object.entries(made).map(([of, rows]) => [of, 1 + rows]))

    expect(await maintenance.prune(later(LIFETIME_MS - 1))).to.deep.equal({
      grants: 0,
      sessions: 0,
      flows: 0,
      deniedTokens: 0,
      attempts: 0,
    })
    expect(await rows()).to.deep.equal({ ...baseline, ...grown })
    expect(await maintenance.prune(END)).to.deep.equal(made)
    expect(await rows()).to.deep.equal(baseline)
  }).timeout(PATIENCE_MS)
}

describe('the store stays bounded: memory', () => isBounded(openMemory, 10_000))
describe('the store stays bounded: sqlite', () => isBounded(openSqlite, 10_000))
onEachMongo('the store stays bounded: mongo', (mongo) =>
  isBounded(
    async () => {
      const database = await freshDatabase(mongo)
      return { storage: await openMongoStorage(database.uri), remove: () => database.drop() }
    },
    mongo.kind === 'SecantusDB' ? 200 : 10_000,
  ),
)

const MANY = 30_000

describe(`pruning ${MANY} rows`, () => {
  for (const [name, open] of Object.entries({ memory: openMemory, sqlite: openSqlite }))
    it(`${name}: lets others read and write all the while`, async () => {
      const { storage, remove } = await open()
      await storage.maintenance.prepare()
      await times(MANY, () => storage.grants.save(aGrant()))
      const state = { isPruned: false }
      const pruned = storage.maintenance.prune(NOW).finally(() => (state.isPruned = true))
      const kept = anActiveGrant()
      await storage.grants.save(kept)
      let reads = 0
      for (; !state.isPruned; reads++) {
        expect(await storage.grants.find(kept.id)).to.deep.equal(kept)
        await turn()
      }
      expect(reads).to.be.greaterThan(20)
      expect((await pruned)['grants']).to.equal(MANY)
      expect((await storage.maintenance.status()).rows['grants']).to.equal(1)
      await storage.maintenance.close()
      await remove()
    }).timeout(PATIENCE_MS)
})

describe('portcullis store prune', () => {
  const COUNT = 10_000

  /** Straight into the file; each lives for 2 s from now. */
  async function saveGrants(file: string): Promise<void> {
    const { grants, maintenance } = await openSqliteStorage(file)
    for (let saved = 0; saved < COUNT; saved += 500) {
      const expiresAt = new Date(Date.now() + LIFETIME_MS)
      const made = Array.from({ length: 250 }, () => [anApprovedGrant({ expiresAt }), anActiveGrant({ expiresAt })])
      await Promise.all(made.flat().map((grant) => grants.save(grant)))
    }
    await maintenance.close()
  }

  it(`after ${COUNT} grants with 2 s lifetimes, and ten that a running server made and ended, brings the row counts back to the baseline`, async () => {
    const deployment = await deploy(1)
    try {
      const { client, servers, folder } = deployment
      const issuer = servers[0]?.issuer ?? ''
      const file = `${folder}/portcullis.db`
      const command = async (what: string, key: string) =>
        (await told(folder, { PORTCULLIS_STORE: `sqlite:${file}` }, 'store', what))[key] as Readonly<Record<string, number>>
      const visitor = new Visitor()
      /** Ended, because the server keeps what it made for as long as clocks may differ. */
      const makeGrant = async () => {
        const { status, body } = await redeem(issuer, client, await freshCode(issuer, client, { visitor }))
        expect([status, (await revoke(issuer, client, body['refresh_token'])).status]).to.deep.equal([200, 200])
      }
      await makeGrant()
      await command('prune', 'removed')
      const baseline = await command('status', 'rows')
      expect(baseline).to.include({ users: 2, clients: 1, consents: 1, sessions: 1, keys: 1, grants: 0, flows: 0 })
      for (let i = 0; i < 10; i++) await makeGrant()
      await saveGrants(file)
      expect((await command('status', 'rows'))['grants']).to.equal(COUNT + 10)
      await new Promise((passed) => setTimeout(passed, LIFETIME_MS + 1))
      expect((await command('prune', 'removed'))['grants']).to.equal(COUNT + 10)
      expect(await command('status', 'rows')).to.deep.equal(baseline)
    } finally {
      await deployment.stop()
    }
  }).timeout(PATIENCE_MS)
})
