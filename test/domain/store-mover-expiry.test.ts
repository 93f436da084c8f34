import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { STEPS } from '../../adapters/mongo/schema.js'
import { InvalidInput, StoreUnavailable } from '../../domain/errors.js'
import { isExpired } from '../../domain/record-life.js'
import { StoreMover } from '../../domain/store-mover.js'
import type { MoveProgress } from '../../ports/for-moving-stores.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { SAMPLES } from '../contracts/records.js'
import { aClient, aDeniedToken, aFlow, anActiveGrant, aSession, aUser, after, DAY, NOW, someAttempts } from '../support/builders.js'

const secrets = { digest: (value: string) => createHash('sha256').update(value).digest('base64url') }
/** Two days later all but the person, the client and the grant have expired. */
const LATER = after(2 * DAY)

const moveAt = (at: Date, from: Storage, to: Storage, tell: (progress: MoveProgress) => void = () => undefined) =>
  new StoreMover({ from, to, secrets, clock: { now: () => at } }).move(tell)

async function aStore(): Promise<Storage> {
  const storage = openMemoryStorage()
  await storage.transfer.put('users', [aUser()])
  await storage.transfer.put('clients', [aClient()])
  await storage.transfer.put('sessions', [aSession()])
  await storage.transfer.put('flows', [aFlow({ spentAt: undefined, spentBy: undefined })])
  await storage.transfer.put('grants', [anActiveGrant()])
  await storage.transfer.put('deniedTokens', [aDeniedToken()])
  await storage.transfer.put('attempts', [someAttempts()])
  return storage
}

/** Forgets what has expired as soon as it is written, as MongoDB does after a while. */
function forgetful(storage: Storage): Storage {
  const { transfer } = storage
  const put: typeof transfer.put = async (aggregate, records) => {
    await transfer.put(aggregate, records)
    await storage.maintenance.prune(LATER)
  }
  return { ...storage, transfer: { read: transfer.read.bind(transfer), get: transfer.get.bind(transfer), put } }
}

describe('StoreMover and what has expired', () => {
  it('moves an old backup into a store that forgets by itself', async () => {
    const { copied, rows } = await moveAt(LATER, await aStore(), forgetful(openMemoryStorage()))
    expect([rows.users, rows.clients, rows.grants]).to.deep.equal([1, 1, 1])
    expect([rows.sessions, rows.flows, rows.deniedTokens, rows.attempts]).to.deep.equal([0, 0, 0, 0])
    expect(copied).to.deep.equal(rows)
  })

  it('proves what is alive also where the destination forgets between copy and proof', async () => {
    const [from, to] = [await aStore(), openMemoryStorage()]
    let at = NOW
    const clock = { now: () => at }
    const later = async () => {
      await to.maintenance.prune(LATER)
    }
    const forget = ({ step, aggregate }: MoveProgress) => {
      if (step !== 'copying' || aggregate !== 'grants') return
      at = LATER
      void later()
    }
    const { rows } = await new StoreMover({ from, to, secrets, clock }).move(forget)
    expect([rows.sessions, rows.flows, rows.deniedTokens, rows.attempts, rows.grants]).to.deep.equal([0, 0, 0, 0, 1])
  })

  it('goes on with an interrupted copy when the source has forgotten meanwhile', async () => {
    const [from, to] = [await aStore(), openMemoryStorage()]
    const interrupt = ({ step, aggregate }: MoveProgress) => {
      if (step === 'copying' && aggregate === 'grants') throw new StoreUnavailable('interrupted')
    }
    expect(await failure(() => moveAt(NOW, from, to, interrupt))).to.be.instanceOf(StoreUnavailable)
    await from.maintenance.prune(LATER)
    const { rows } = await moveAt(LATER, from, to)
    expect([rows.sessions, rows.flows, rows.deniedTokens, rows.attempts, rows.grants]).to.deep.equal([0, 0, 0, 0, 1])
  })

  for (const { collection, key, expireAfterSeconds } of STEPS.flatMap(({ indexes }) => indexes)) {
    if (expireAfterSeconds === undefined) continue
    const [field = ''] = Object.keys(key)
    it(`knows that MongoDB forgets ${collection} by their ${field}`, () => {
      const record = { ...SAMPLES[collection].full(), [field]: NOW }
      expect(isExpired(collection, record as never, NOW)).to.equal(true)
    })
  }

  it('ends in the destination what ended in the source, expired or not', async () => {
    const [from, to] = [await aStore(), openMemoryStorage()]
    await moveAt(NOW, from, to)
    const [grant] = (await from.transfer.read('grants', 1)).records
    await from.grants.end(grant!.id, 'revoked', LATER)
    await moveAt(after(100 * DAY), from, to)
    expect((await to.grants.find(grant!.id))?.endedBy).to.equal('revoked')
  })

  it('still refuses what is alive and not in the source', async () => {
    const [from, to] = [await aStore(), openMemoryStorage()]
    await to.sessions.begin(aSession({ idleExpiresAt: after(3 * DAY), expiresAt: after(3 * DAY) }))
    const refused = await failure(() => moveAt(LATER, from, to))
    expect(refused).to.be.instanceOf(InvalidInput)
    expect(String(refused)).to.include('1 sessions that the source does not')
  })
})
