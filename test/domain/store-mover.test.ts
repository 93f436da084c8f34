import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { InvalidInput, StoreUnavailable } from '../../domain/errors.js'
import { AGGREGATES, type Aggregate, type Records } from '../../domain/records.js'
import { StoreMover } from '../../domain/store-mover.js'
import type { MoveProgress } from '../../ports/for-moving-stores.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { SAMPLES, type Sample } from '../contracts/records.js'
import {
  aClient,
  aConsent,
  aDeniedToken,
  someAttempts,
  aFlow,
  aGrant,
  aKey,
  aResource,
  aScope,
  aSession,
  aUser,
} from '../support/builders.js'

const PEOPLE = 3
const GRANTS = 1_100

const secrets = { digest: (value: string) => createHash('sha256').update(value).digest('base64url') }
/** Before anything of what is built here expires. */
const clock = { now: () => new Date(0) }
const move = (from: Storage, to: Storage, tell: (progress: MoveProgress) => void = () => undefined) =>
  new StoreMover({ from, to, secrets, clock }).move(tell)

/** People with everything that belongs to them, and many grants. */
async function aFullStore(): Promise<Storage> {
  const storage = openMemoryStorage()
  const { transfer } = storage
  const [client, users] = [aClient(), Array.from({ length: PEOPLE }, () => aUser())]
  const owned = users.map(({ id: userId }) => ({ userId, clientId: client.id }))
  await transfer.put('clients', [client])
  await transfer.put('users', users)
  await transfer.put('keys', [aKey(), aKey()])
  await transfer.put('scopes', [aScope()])
  await transfer.put('resources', [aResource()])
  await transfer.put('consents', owned.map(aConsent))
  await transfer.put('sessions', owned.map(aSession))
  await transfer.put('flows', [aFlow()])
  await transfer.put('deniedTokens', [aDeniedToken(), aDeniedToken()])
  await transfer.put('attempts', [someAttempts()])
  await transfer.put(
    'grants',
    Array.from({ length: GRANTS }, (_, index) => aGrant(owned[index % PEOPLE])),
  )
  return storage
}

const LAST = { deniedTokens: 2, attempts: 1 }
const ROWS = { keys: 2, scopes: 1, resources: 1, clients: 1, users: 3, consents: 3, sessions: 3, flows: 1, grants: GRANTS, ...LAST }
const NOTHING = {
  keys: 0,
  scopes: 0,
  resources: 0,
  clients: 0,
  users: 0,
  consents: 0,
  sessions: 0,
  flows: 0,
  grants: 0,
  deniedTokens: 0,
  attempts: 0,
}

const allOf = async <A extends Aggregate>({ transfer }: Storage, aggregate: A): Promise<readonly Records[A][]> =>
  (await transfer.read(aggregate, 10_000)).records

async function expectSame(one: Storage, other: Storage): Promise<void> {
  for (const aggregate of AGGREGATES) expect(await allOf(one, aggregate)).to.have.deep.members([...(await allOf(other, aggregate))])
}

/** The store, which goes away after `puts` writes; what was written stays. */
function dyingAfter(puts: number, storage: Storage): Storage {
  const { transfer } = storage
  let left = puts
  const put: typeof transfer.put = async (aggregate, records) => {
    if (left-- <= 0) throw new StoreUnavailable('gone')
    await transfer.put(aggregate, records)
  }
  return { ...storage, transfer: { read: transfer.read.bind(transfer), get: transfer.get.bind(transfer), put } }
}

describe('StoreMover', () => {
  it('moves everything and proves it', async () => {
    const [from, to] = [await aFullStore(), openMemoryStorage()]
    const { copied, rows, checksums } = await move(from, to)
    await expectSame(from, to)
    expect([copied, rows]).to.deep.equal([ROWS, ROWS])
    for (const aggregate of AGGREGATES) expect(checksums[aggregate]).to.match(/^[0-9a-f]{64}$/)
    expect(new Set(Object.values(checksums)).size).to.equal(AGGREGATES.length)
  })

  it('writes nothing again that is there and equal, and gives the same checksums in any order', async () => {
    const [from, to, third] = [await aFullStore(), openMemoryStorage(), openMemoryStorage()]
    const { checksums } = await move(from, to)
    expect(await move(from, dyingAfter(0, to))).to.deep.equal({ copied: NOTHING, rows: ROWS, checksums })
    for (const aggregate of AGGREGATES) await third.transfer.put(aggregate, (await allOf(from, aggregate)).toReversed())
    expect((await move(third, to)).checksums).to.deep.equal(checksums)
  })

  it('writes what is missing and what is different, and no more', async () => {
    const [from, to] = [await aFullStore(), openMemoryStorage()]
    await move(from, to)
    const [user, other] = await allOf(to, 'users')
    const [session] = await allOf(to, 'sessions')
    await to.transfer.put('users', [{ ...user!, createdAt: new Date(user!.createdAt.getTime() + 1) }])
    await to.users.remove(other!.id)
    await to.sessions.end(session!.id)
    expect((await move(from, to)).copied).to.deep.equal({ ...NOTHING, users: 2, sessions: 1 })
    await expectSame(from, to)
  })

  it('wherever it is interrupted nothing lacks its person or client, and the next run goes on there', async () => {
    const from = await aFullStore()
    for (let puts = 0, isOver = false; !isOver; puts++) {
      const to = openMemoryStorage()
      const gone = await failure(() => move(from, dyingAfter(puts, to)))
      isOver = gone === undefined
      if (!isOver) expect(gone).to.be.instanceOf(StoreUnavailable)
      const people = new Set((await allOf(to, 'users')).map(({ id }) => id))
      const clients = new Set((await allOf(to, 'clients')).map(({ id }) => id))
      for (const { userId } of await allOf(to, 'sessions')) expect(people).to.include(userId)
      for (const owned of [...(await allOf(to, 'consents')), ...(await allOf(to, 'grants'))]) {
        expect(people).to.include(owned.userId)
        expect(clients).to.include(owned.clientId)
      }
      const before = (await to.maintenance.status()).rows
      const { copied, rows } = await move(from, to)
      expect(rows).to.deep.equal(ROWS)
      for (const aggregate of AGGREGATES) expect(copied[aggregate] + (before[aggregate] ?? 0)).to.equal(ROWS[aggregate])
    }
  })

  for (const aggregate of AGGREGATES) {
    it(`refuses a destination with ${aggregate} of its own, and writes nothing`, async () => {
      const [from, to] = [await aFullStore(), openMemoryStorage()]
      await to.transfer.put(aggregate, Array.from({ length: 2 }, (SAMPLES[aggregate] as Sample<Records[Aggregate]>).full))
      const refused = await failure(() => move(from, to))
      expect(refused).to.be.instanceOf(InvalidInput)
      expect(String(refused)).to.include(`holds 2 ${aggregate} that the source does not: copy into an empty store`)
      expect((await to.maintenance.status()).rows).to.deep.equal({ ...NOTHING, [aggregate]: 2 })
    })
  }

  it('says what differs when the source changed meanwhile', async () => {
    const [from, to] = [await aFullStore(), openMemoryStorage()]
    const signIn = ({ step, aggregate }: MoveProgress) => {
      if (step === 'copying' && aggregate === 'grants') void from.sessions.begin(aSession())
    }
    const refused = await failure(() => move(from, to, signIn))
    expect(refused).to.be.instanceOf(InvalidInput)
    expect(String(refused)).to.include('sessions (').and.include('in the source, 3 in the destination').and.include('stop the servers')
  })

  it('says what differs when a record was changed in the destination', async () => {
    const [from, to] = [await aFullStore(), openMemoryStorage()]
    const [user] = await allOf(from, 'users')
    const disturb = ({ step, aggregate }: MoveProgress) => {
      if (step === 'copying' && aggregate === 'grants') void to.users.change(user!.id, { name: 'Somebody else' })
    }
    const refused = await failure(() => move(from, to, disturb))
    expect(refused).to.be.instanceOf(InvalidInput)
    expect(String(refused)).to.match(/differ in users: .*run it again/)
  })

  it('tells how far it is after each batch', async () => {
    const progress: MoveProgress[] = []
    await move(await aFullStore(), openMemoryStorage(), (step) => progress.push(step))
    const grants = progress.filter(({ step, aggregate }) => step === 'copying' && aggregate === 'grants')
    expect(grants.map(({ done, total, written }) => [done, total, written])).to.deep.equal([500, 1_000, 1_100].map((n) => [n, 1_100, n]))
    const verified = progress.filter(({ step, done, total }) => step === 'verifying' && done === total).map(({ aggregate }) => aggregate)
    expect(verified).to.have.members(AGGREGATES)
  })

  describe('before it moves anything', () => {
    const unready = (storage: Storage, isEmpty: boolean, log: string[] = []): Storage => {
      let isReady = false
      const maintenance = {
        status: () => storage.maintenance.status(),
        prune: (at: Date) => storage.maintenance.prune(at),
        close: () => storage.maintenance.close(),
        isEmpty: async () => isEmpty,
        prepare: async () => {
          isReady = true
          log.push('prepared')
          return log
        },
        ready: async () => {
          if (!isReady) throw new StoreUnavailable('lacks its schema')
        },
      }
      return { ...storage, maintenance }
    }

    it('wants a source with its schema, and does not prepare it', async () => {
      const [log, to]: [string[], Storage] = [[], openMemoryStorage()]
      expect(await failure(async () => move(unready(await aFullStore(), true, log), to))).to.be.instanceOf(StoreUnavailable)
      expect([log, (await to.maintenance.status()).rows]).to.deep.equal([[], NOTHING])
    })

    it('prepares an empty destination', async () => {
      const log: string[] = []
      expect((await move(await aFullStore(), unready(openMemoryStorage(), true, log))).rows).to.deep.equal(ROWS)
      expect(log).to.deep.equal(['prepared'])
    })

    it('leaves a destination of another schema alone', async () => {
      const [log, to]: [string[], Storage] = [[], openMemoryStorage()]
      expect(await failure(async () => move(await aFullStore(), unready(to, false, log)))).to.be.instanceOf(StoreUnavailable)
      expect([log, (await to.maintenance.status()).rows]).to.deep.equal([[], NOTHING])
    })
  })
})
