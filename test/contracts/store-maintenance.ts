import { expect } from 'chai'
import type { Grant } from '../../domain/grant.js'
import {
  aClient,
  aDeniedToken,
  aFlow,
  after,
  aGrant,
  aKey,
  anActiveGrant,
  anApprovedGrant,
  anAttempt,
  aResource,
  aScope,
  aSession,
  aUser,
  DAY,
  NOW,
  anApproval,
} from '../support/builders.js'
import { slow } from '../support/slow.js'
import { contend, opening, type Open } from './opened.js'

const PRUNED = ['grants', 'sessions', 'flows', 'deniedTokens', 'attempts'] as const

export function storeMaintenanceContract(name: string, open: Open): void {
  describe(`${name}: StoreMaintenance`, () => {
    const storage = opening(open)
    const maintenance = () => storage().maintenance

    it('is ready once it is prepared, and then not empty', async () => {
      await maintenance().ready()
      expect(await maintenance().isEmpty()).to.equal(false)
    })

    it('has nothing left to prepare, in parallel too', async () => {
      expect(await maintenance().prepare({ dryRun: true })).to.deep.equal([])
      const slowMaintenance = slow(storage()).maintenance
      for (const done of await contend(() => slowMaintenance.prepare(), 5)) expect(done).to.deep.equal([])
    })

    it('says what it is and which schema it has', async () => {
      const { store, schema } = await maintenance().status()
      expect(store).to.be.a('string').that.is.not.empty
      expect(schema.version).to.equal(schema.wanted)
      expect(schema.pending).to.deep.equal([])
    })

    it('counts the rows of every aggregate', async () => {
      const none = {
        users: 0,
        clients: 0,
        scopes: 0,
        resources: 0,
        grants: 0,
        consents: 0,
        sessions: 0,
        flows: 0,
        keys: 0,
        deniedTokens: 0,
        attempts: 0,
      }
      expect((await maintenance().status()).rows).to.deep.equal(none)
      const { users, clients, scopes, resources, grants, consents, sessions, flows, keys, deniedTokens, attempts } = storage()
      const [user, client] = [aUser(), aClient()]
      await users.add(user)
      for (const added of [client, aClient()]) await clients.add(added)
      await scopes.add(aScope())
      await resources.add(aResource())
      for (const grant of [aGrant(), anActiveGrant(), anApprovedGrant()]) await grants.save(grant)
      await consents.remember(anApproval({ userId: user.id, clientId: client.id, clientRegistration: 'r', scopes: ['a'], resources: [] }))
      await sessions.begin(aSession())
      await flows.begin(aFlow())
      await keys.add(aKey())
      await deniedTokens.deny(aDeniedToken())
      await attempts.reserve('key', NOW, after(DAY))
      const one = { users: 1, scopes: 1, resources: 1, consents: 1, sessions: 1, flows: 1, keys: 1, deniedTokens: 1, attempts: 1 }
      expect((await maintenance().status()).rows).to.deep.equal({ ...one, clients: 2, grants: 3 })
    })

    describe('pruning', () => {
      const prune = async () => {
        const counts = await maintenance().prune(NOW)
        return PRUNED.map((aggregate) => counts[aggregate])
      }

      it('removes grants that have ended or that it may forget, and keeps late codes', async () => {
        const { grants } = storage()
        const lateCode: Grant = anApprovedGrant({ code: { ...anApprovedGrant().code, expiresAt: after(-DAY) }, expiresAt: after(1) })
        const kept = [lateCode, anActiveGrant(), anApprovedGrant()]
        const removed = [aGrant(), anActiveGrant({ expiresAt: NOW }), anApprovedGrant({ expiresAt: after(-1) })]
        for (const grant of [...kept, ...removed]) await grants.save(grant)
        expect(await prune()).to.deep.equal([3, 0, 0, 0, 0])
        for (const grant of kept) expect(await grants.find(grant.id)).to.deep.equal(grant)
        for (const { id } of removed) expect(await grants.find(id)).to.equal(undefined)
      })

      it('removes sessions past either expiry', async () => {
        const { sessions } = storage()
        const kept = [aSession(), aSession({ idleExpiresAt: after(1) }), aSession({ expiresAt: after(1) })]
        const removed = [aSession({ idleExpiresAt: NOW }), aSession({ expiresAt: NOW }), aSession({ idleExpiresAt: after(-1) })]
        for (const session of [...kept, ...removed]) await sessions.begin(session)
        expect(await prune()).to.deep.equal([0, 3, 0, 0, 0])
        for (const session of kept) expect(await sessions.find(session.id)).to.deep.equal(session)
        for (const { id } of removed) expect(await sessions.find(id)).to.equal(undefined)
      })

      it('removes flows that are spent or expired', async () => {
        const { flows } = storage()
        const unspent = { spentAt: undefined, spentBy: undefined }
        const kept = [aFlow(unspent), aFlow({ ...unspent, expiresAt: after(1) })]
        const removed = [aFlow(), aFlow({ ...unspent, expiresAt: NOW }), aFlow({ ...unspent, expiresAt: after(-DAY) })]
        for (const flow of [...kept, ...removed]) await flows.begin(flow)
        expect(await prune()).to.deep.equal([0, 0, 3, 0, 0])
        for (const flow of kept) expect(await flows.find(flow.id)).to.deep.equal(flow)
        for (const { id } of removed) expect(await flows.spend(id, anAttempt(), after(-2 * DAY))).to.equal(false)
      })

      it('removes denied tokens that have expired', async () => {
        const { deniedTokens } = storage()
        const [kept, removed] = [aDeniedToken({ expiresAt: after(1) }), aDeniedToken({ expiresAt: NOW })]
        for (const token of [kept, removed]) await deniedTokens.deny(token)
        expect(await prune()).to.deep.equal([0, 0, 0, 1, 0])
        expect([await deniedTokens.isDenied(kept.jti), await deniedTokens.isDenied(removed.jti)]).to.deep.equal([true, false])
      })

      it('removes attempts whose window is over', async () => {
        const { attempts } = storage()
        await attempts.reserve('kept', after(-DAY), after(1))
        await attempts.reserve('removed', after(-DAY), NOW)
        expect(await prune()).to.deep.equal([0, 0, 0, 0, 1])
        expect(await attempts.reserve('kept', NOW, after(1))).to.include({ count: 2 })
        expect(await attempts.reserve('removed', after(-DAY), NOW)).to.include({ count: 1 })
      })

      it('removes all of many, counts each once, and leaves the rest of the store alone', async () => {
        const { grants, users, clients, consents, keys } = storage()
        for (let saved = 0; saved < 700; saved += 50) await contend(() => grants.save(aGrant()), 50)
        const [user, client] = [aUser(), aClient()]
        await users.add(user)
        await clients.add(client)
        await keys.add(aKey())
        await consents.remember(anApproval({ userId: user.id, clientId: client.id, at: after(-DAY) }))
        const slowMaintenance = slow(storage()).maintenance
        const counts = await contend(() => slowMaintenance.prune(NOW), 3)
        expect(counts.reduce((sum, { grants: pruned }) => sum + (pruned ?? 0), 0)).to.equal(700)
        expect((await maintenance().status()).rows).to.include({ grants: 0, users: 1, clients: 1, keys: 1, consents: 1 })
      })
    })
  })
}
