import { expect } from 'chai'
import type { Attempts } from '../../domain/attempts.js'
import type { Storage } from '../../ports/storage.js'
import {
  aClientId,
  anActiveGrant,
  anApproval,
  anApprovedGrant,
  aScope,
  aSession,
  aUser,
  aUserId,
  after as later,
  NOW,
} from '../support/builders.js'
import { aRedemption } from './grant-redemption.js'
import { aRotation } from './grant-rotation.js'
import { winners, type Open, type Opened } from './opened.js'
import { forEachProcess, PROCESSES, ProcessPool } from './process-pool.js'
import { call, RACES } from './process-races.js'

/** In each process. */
const CONTENDERS = 17

/** One for each contender of one process. */
const forEachContender = <Value>(make: (contender: number) => Value): Value[] => Array.from({ length: CONTENDERS }, (_, i) => make(i))

/** What a store keeps among the processes that share it: three, with 17 contenders each, which is 51 in all. What `open` answers says how they open it. */
export function processesContract(name: string, open: Open): void {
  describe(`${name}: three processes`, function () {
    this.timeout(120_000)
    let pool: ProcessPool
    let opened: Opened
    before(async () => {
      pool = await ProcessPool.start()
    })
    after(() => pool.end())
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(async () => {
      await pool.close()
      await opened.close()
    })

    const share = () => {
      if (opened.reopening === undefined) throw new Error('what `open` answers does not say how another process opens the store')
      return pool.open(opened.reopening)
    }
    const shared = async (): Promise<Storage> => {
      await opened.storage.maintenance.prepare()
      await share()
      return opened.storage
    }

    it('prepare an empty store at once, and all are content', async () => {
      await share()
      await pool.call(() => [call('maintenance', 'prepare'), call('maintenance', 'prepare')])
      await pool.call(() => [call('maintenance', 'ready')])
      expect(await opened.storage.maintenance.prepare({ dryRun: true })).to.deep.equal([])
    })

    it('write at once: nobody is refused, nothing is lost, and all see it', async () => {
      const { scopes } = await shared()
      const added = await pool.call(() => forEachContender(() => call('scopes', 'add', aScope())))
      expect(added).to.deep.equal(forEachProcess(() => forEachContender(() => true)))
      const listed = await scopes.list()
      expect(listed).to.have.length(PROCESSES * CONTENDERS)
      for (const [seen] of await pool.call(() => [call('scopes', 'list')])) expect(seen).to.deep.equal(listed)
    })

    for (const [what, race] of Object.entries(RACES))
      it(`one of ${PROCESSES} × ${CONTENDERS} attempts ${what}`, async () => {
        const attempt = await race(await shared())
        const results = (await pool.call(() => forEachContender(attempt))).flat()
        expect(results).to.have.length(PROCESSES * CONTENDERS)
        expect(winners(results)).to.have.length(1)
      })

    it('keep what the winner wrote, whichever process it was in', async () => {
      const { grants } = await shared()
      const [approved, active] = [anApprovedGrant(), anActiveGrant()]
      for (const grant of [approved, active]) await grants.save(grant)
      const redemptions = await pool.call(() => forEachContender(() => call('grants', 'redeem', approved.id, aRedemption())))
      expect(winners(redemptions.flat())).to.deep.equal([await grants.find(approved.id)])
      const rotations = await pool.call(() => forEachContender(() => call('grants', 'rotate', active.id, 7, aRotation())))
      expect(winners(rotations.flat())).to.deep.equal([await grants.find(active.id)])
    })

    it('lose no approval and no epoch', async () => {
      const { consents, users } = await shared()
      const user = aUser()
      await users.add(user)
      const clientId = aClientId()
      const approval = (scope: string) => anApproval({ userId: user.id, clientId, resources: [], scopes: [scope] })
      const scopeOf = (process: number, contender: number) => `scope-${process}-${contender}`
      await pool.call((process) =>
        forEachContender((i) => call('consents', 'remember', { ...approval(scopeOf(process, i)), clientRegistration: 'r' })),
      )
      const scopes = forEachProcess((process) => forEachContender((i) => scopeOf(process, i))).flat()
      expect((await consents.find(user.id, clientId))?.scopes).to.have.members(scopes)
      await pool.call(() => forEachContender(() => call('users', 'change', user.id, { endSessions: true, endGrants: true })))
      const { sessionEpoch, grantEpoch } = user
      const grown = { sessionEpoch: sessionEpoch + PROCESSES * CONTENDERS, grantEpoch: grantEpoch + PROCESSES * CONTENDERS }
      expect(await users.find(user.id)).to.deep.equal({ ...user, ...grown })
    })

    it('count every attempt, and none twice', async () => {
      await shared()
      const reserved = await pool.call(() => forEachContender(() => call('attempts', 'reserve', 'one', NOW, later(1000))))
      const counts = (reserved.flat() as Attempts[]).map(({ count }) => count)
      expect(counts.toSorted((a, b) => a - b)).to.deep.equal(counts.map((_, index) => index + 1))
    })

    it('leave no grant alive that one of them ends while the others redeem and rotate', async () => {
      const { grants } = await shared()
      const userId = aUserId()
      const [approved, active] = [forEachContender(() => anApprovedGrant({ userId })), forEachContender(() => anActiveGrant({ userId }))]
      for (const grant of [...approved, ...active]) await grants.save(grant)
      const [ended] = await pool.call((process) => {
        if (process === 0)
          return [call('grants', 'endAll', { userId }, 'user-deleted', NOW), call('grants', 'endAll', { userId }, 'revoked', NOW)]
        if (process === 1) return approved.map(({ id }) => call('grants', 'redeem', id, aRedemption()))
        return active.map(({ id }) => call('grants', 'rotate', id, 7, aRotation()))
      })
      expect(
        (ended as number[]).reduce((sum, count) => sum + count),
        'each is counted once',
      ).to.equal(2 * CONTENDERS)
      expect(await grants.list({ userId }, NOW)).to.deep.equal([])
      for (const { id } of approved) expect(await grants.redeem(id, aRedemption())).to.equal(undefined)
      for (const { id, refresh } of await Promise.all([...approved, ...active].map(async (grant) => (await grants.find(grant.id))!)))
        expect(await grants.rotate(id, refresh?.generation ?? 1, aRotation())).to.equal(undefined)
    })

    it('bring no session back that one of them ends while the others touch it', async () => {
      const { sessions } = await shared()
      const userId = aUserId()
      const begun = forEachContender(() => aSession({ userId }))
      for (const session of begun) await sessions.begin(session)
      const [ended] = await pool.call((process) =>
        process === 0
          ? begun.map(({ id }) => call('sessions', 'end', id))
          : begun.map(({ id }, i) => call('sessions', 'touch', id, later(i), later(i + process))),
      )
      expect(ended).to.deep.equal(forEachContender(() => true))
      expect(await sessions.list({ userId })).to.deep.equal([])
    })
  })
}
