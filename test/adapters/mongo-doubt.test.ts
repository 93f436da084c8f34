import { expect } from 'chai'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { aClient, after as later, anApprovedGrant, anAttempt, aSession, aUser, DAY, NOW, someAttempts } from '../support/builders.js'
import { CHANGES } from '../support/changes.js'
import { lossyProxy, type LossyProxy } from '../support/lossy-proxy.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'

onEachProxiedMongo('the MongoDB adapter, when an answer is lost on its way', 'one host', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let proxy: LossyProxy
  let storage: Storage
  before(async () => {
    database = await freshDatabase(server)
    proxy = await lossyProxy(database.uri)
    storage = await openMongoStorage(proxy.uri)
    await storage.maintenance.prepare()
  })
  after(async () => {
    await storage.maintenance.close()
    await proxy.close()
    await database.drop()
  })

  // The driver itself asks a replica set once more; the second loss and the standalone server are ours to settle.
  for (const [what, [arrange, answer]] of Object.entries(CHANGES))
    for (const losses of [1, 2])
      it(`${what}: the answer is the same after ${losses} lost`, async () => {
        const act = await arrange(storage)
        proxy.lose(losses)
        expect(await act()).to.deep.equal(answer)
        expect(proxy.left(), 'answers that were not lost').to.equal(0)
      })

  it('what is claimed and whose deletion is lost is gone, and removed once', async () => {
    const [client, session] = [aClient(), aSession()]
    await storage.clients.add(client)
    await storage.sessions.begin(session)
    for (const remove of [() => storage.clients.remove(client.id), () => storage.sessions.end(session.id)]) {
      proxy.lose(2, 1)
      expect(await remove()).to.equal(true)
      expect(proxy.left(), 'answers that were not lost').to.equal(0)
      expect(await remove()).to.equal(false)
    }
  })

  it('a lost race stays lost', async () => {
    const grant = anApprovedGrant()
    await storage.grants.save(grant)
    await storage.grants.redeem(grant.id, { attempt: anAttempt(), at: NOW, expiresAt: later(DAY) })
    proxy.lose(2)
    expect(await storage.grants.redeem(grant.id, { attempt: anAttempt(), at: NOW, expiresAt: later(DAY) })).to.equal(undefined)
    proxy.lose(2)
    expect(await storage.clients.remove(aClient().id)).to.equal(false)
    const { id, secondFactor } = aUser()
    await storage.users.add(aUser({ id, secondFactor: secondFactor! }))
    const [step, code] = [secondFactor!.lastStep + 1, secondFactor!.recoveryCodes[0]!]
    for (const expected of [true, false]) {
      proxy.lose(2)
      expect(await storage.users.acceptStep(id, step)).to.equal(expected)
      proxy.lose(2)
      expect(await storage.users.spendRecoveryCode(id, code)).to.equal(expected)
    }
  })

  it('a one-time code or recovery code whose acceptance nobody hears of is StoreUnavailable, and not accepted again', async function () {
    this.timeout(12_000)
    const user = aUser()
    await storage.users.add(user)
    const { lastStep, recoveryCodes } = user.secondFactor!
    const calls = [() => storage.users.acceptStep(user.id, lastStep + 1), () => storage.users.spendRecoveryCode(user.id, recoveryCodes[0]!)]
    proxy.lose(1_000)
    for (const error of await Promise.all(calls.map((call) => failure(call)))) expect(error).to.be.instanceOf(StoreUnavailable)
    proxy.lose(0)
    for (const call of calls) expect(await call()).to.equal(false)
  })

  for (const losses of [1, 2])
    it(`an attempt is counted once at least, also when ${losses} answers are lost, whatever its window`, async () => {
      const { key } = someAttempts()
      for (const [at, until] of [
        [NOW, later(1)],
        [later(1), later(2)],
      ] as const) {
        proxy.lose(losses)
        const { count } = await storage.attempts.reserve(key, at, until)
        expect(count).to.be.within(1, 1 + losses)
        proxy.lose(losses)
        const next = await storage.attempts.reserve(key, at, until)
        expect(next.count).to.be.within(count + 1, count + 1 + losses)
        expect(proxy.left(), 'answers that were not lost').to.equal(0)
      }
    })

  it('a server that is away is StoreUnavailable in time, and the store recovers by itself', async function () {
    this.timeout(12_000)
    const grant = anApprovedGrant()
    await storage.grants.save(grant)
    proxy.cut(true)
    const calls = [
      () => storage.grants.find(grant.id),
      () => storage.grants.end(grant.id, 'revoked', NOW),
      () => storage.maintenance.ready(),
    ]
    for (const error of await Promise.all(calls.map((call) => failure(call)))) expect(error).to.be.instanceOf(StoreUnavailable)
    proxy.cut(false)
    expect(await storage.grants.find(grant.id)).to.deep.equal(grant)
  })
})
