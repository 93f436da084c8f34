import { expect } from 'chai'
import type { Grant, GrantFilter } from '../../domain/grant.js'
import type { GrantId, UserId } from '../../domain/ids.js'
import type { GrantRepository } from '../../ports/grant-repository.js'
import type { Storage } from '../../ports/storage.js'
import { aClientId, after, aGrant, aGrantId, anActiveGrant, anApprovedGrant, aUserId, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { aRedemption } from './grant-redemption.js'
import { aRotation } from './grant-rotation.js'
import { CONTENDERS, contend, failure, winners } from './opened.js'

/** Rotates as a client does that uses each new token at once, until it is refused. */
async function rotateOn(grants: GrantRepository, id: GrantId, generation: number): Promise<number> {
  for (let newest = generation; newest < generation + 20; newest++)
    if ((await grants.rotate(id, newest, aRotation())) === undefined) return newest
  return generation + 20
}

export function endingContract(storage: () => Storage): void {
  describe('ending', () => {
    const grants = () => storage().grants
    const saved = async (...made: Grant[]) => {
      for (const grant of made) await grants().save(grant)
      return made
    }

    it('ends a grant once, for the reason of the call that did', async () => {
      const [grant, other] = await saved(anActiveGrant(), anActiveGrant())
      expect(await grants().end(grant!.id, 'reused', NOW)).to.equal(true)
      expect(await grants().end(grant!.id, 'revoked', after(1))).to.equal(false)
      expect(await grants().find(grant!.id)).to.deep.equal({ ...grant!, endedAt: NOW, endedBy: 'reused' })
      expect(await grants().find(other!.id)).to.deep.equal(other)
    })

    it('does not end what is unknown', async () => {
      const id = aGrantId()
      expect(await grants().end(id, 'revoked', NOW)).to.equal(false)
      expect(await grants().find(id)).to.equal(undefined)
    })

    it('is done by one of any number of calls', async () => {
      const [grant] = await saved(anApprovedGrant())
      const { grants: slowGrants } = slow(storage())
      expect(winners(await contend((index) => slowGrants.end(grant!.id, 'revoked', after(index))))).to.have.length(1)
    })

    it('lets no redeem or rotate succeed afterwards, nor the attempt that had won', async () => {
      const [{ id }] = (await saved(anApprovedGrant())) as [Grant]
      const [redemption, rotation] = [aRedemption(), aRotation()]
      await grants().redeem(id, redemption)
      await grants().rotate(id, 1, rotation)
      await grants().end(id, 'withdrawn', NOW)
      const ended = await grants().find(id)
      for (const again of [redemption, aRedemption()]) expect(await grants().redeem(id, again)).to.equal(undefined)
      for (const again of [rotation, aRotation()])
        for (const generation of [1, 2]) expect(await grants().rotate(id, generation, again)).to.equal(undefined)
      expect(await grants().find(id)).to.deep.equal(ended)
    })

    it('wins over a redemption that runs at the same moment', async () => {
      const { grants: slowGrants } = slow(storage())
      const made = await saved(...Array.from({ length: CONTENDERS }, () => anApprovedGrant()))
      const redemptions = contend((index) => slowGrants.redeem(made[index]!.id, aRedemption()))
      expect(winners(await contend((index) => slowGrants.end(made[index]!.id, 'revoked', NOW)))).to.have.length(CONTENDERS)
      const redeemed = await redemptions
      for (const [index, { id }] of made.entries()) {
        const grant = await grants().find(id)
        expect(grant).to.deep.include({ endedAt: NOW, endedBy: 'revoked' })
        expect(grant?.code.redeemedBy).to.equal(redeemed[index]?.code.redeemedBy)
        expect(await grants().rotate(id, 1, aRotation())).to.equal(undefined)
      }
    })

    it('stops rotations that run at the same moment', async () => {
      const { grants: slowGrants } = slow(storage())
      const made = await saved(...Array.from({ length: CONTENDERS }, () => anActiveGrant()))
      const rotations = contend((index) => rotateOn(slowGrants, made[index]!.id, 7))
      await contend((index) => slowGrants.end(made[index]!.id, 'reused', NOW))
      const newest = await rotations
      for (const [index, { id }] of made.entries()) {
        const grant = await grants().find(id)
        expect(grant?.endedBy).to.equal('reused')
        expect(grant?.refresh?.generation, 'no rotation is lost').to.equal(newest[index])
      }
    })
  })

  describe('ending all', () => {
    const grants = () => storage().grants
    const [ada, bob, weather, diary] = [aUserId(), aUserId(), aClientId(), aClientId()]
    const saveAll = async () => {
      const made = [
        anActiveGrant({ userId: ada, clientId: weather }),
        anApprovedGrant({ userId: ada, clientId: diary }),
        anActiveGrant({ userId: bob, clientId: weather }),
        aGrant({ userId: ada, clientId: weather }),
      ]
      for (const grant of made) await grants().save(grant)
      return made
    }
    const cases: [string, GrantFilter, number[]][] = [
      ['a person', { userId: ada }, [0, 1]],
      ['a client', { clientId: weather }, [0, 2]],
      ['a person and a client', { userId: ada, clientId: weather }, [0]],
      ['a pair that shares nothing', { userId: bob, clientId: diary }, []],
    ]
    for (const [whose, filter, ending] of cases)
      it(`ends what ${whose} has, leaves what had ended and counts`, async () => {
        const made = await saveAll()
        expect(await grants().endAll(filter, 'password-changed', NOW)).to.equal(ending.length)
        for (const [index, grant] of made.entries()) {
          const ended = ending.includes(index) ? { ...grant, endedAt: NOW, endedBy: 'password-changed' } : grant
          expect(await grants().find(grant.id), `grant ${index}`).to.deep.equal(ended)
        }
      })

    it('refuses a filter without fields', async () => {
      await saveAll()
      for (const filter of [{}, { userId: undefined, clientId: undefined } as unknown as GrantFilter])
        expect(await failure(() => grants().endAll(filter, 'revoked', NOW))).to.be.instanceOf(TypeError)
      expect(await grants().list({}, NOW)).to.have.length(3)
    })

    const meanwhile = [
      ['rotate', [anActiveGrant]],
      ['redeem', [anApprovedGrant]],
      ['rotate and redeem', [anActiveGrant, anApprovedGrant]],
    ] as const
    for (const [what, makers] of meanwhile) it(`leaves no live token behind, however many ${what} meanwhile`, () => endAllWhile(makers))

    async function endAllWhile(makers: readonly ((overrides: { userId: UserId }) => Grant)[]): Promise<void> {
      const userId = aUserId()
      const { grants: slowGrants } = slow(storage())
      const made = Array.from({ length: CONTENDERS }, (_, index) => makers[index % makers.length]!({ userId }))
      for (const grant of made) await grants().save(grant)
      const clients = made.map(async ({ id, refresh }) => {
        if (refresh === undefined) await slowGrants.redeem(id, aRedemption())
        return rotateOn(slowGrants, id, refresh?.generation ?? 1)
      })
      const counts = await contend(() => slowGrants.endAll({ userId }, 'user-deleted', NOW), 3)
      expect(
        counts.reduce((sum, count) => sum + count, 0),
        'each is counted once',
      ).to.equal(CONTENDERS)
      const newest = await Promise.all(clients)
      expect(await grants().list({ userId }, NOW)).to.deep.equal([])
      for (const [index, { id }] of made.entries()) {
        expect(await grants().rotate(id, newest[index]!, aRotation())).to.equal(undefined)
        expect(await grants().redeem(id, aRedemption())).to.equal(undefined)
      }
    }
  })
}
