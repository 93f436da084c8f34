import { expect } from 'chai'
import type { Grant, GrantFilter } from '../../domain/grant.js'
import { aClientId, aGrant, aGrantId, anActiveGrant, anApprovedGrant, anAttempt, after, aUserId, DAY, NOW } from '../support/builders.js'
import { expectCopies } from './copies.js'
import { endingContract } from './grant-ending.js'
import { redemptionContract } from './grant-redemption.js'
import { rotationContract } from './grant-rotation.js'
import { failure, opening, type Open } from './opened.js'

export function grantRepositoryContract(name: string, open: Open): void {
  describe(`${name}: GrantRepository`, () => {
    const storage = opening(open)
    const grants = () => storage().grants
    const saved = async (...made: Grant[]) => {
      for (const grant of made) await grants().save(grant)
      return made
    }

    it('keeps every field, as a copy', async () => {
      const grant = aGrant()
      const { id } = grant
      await expectCopies(
        grant,
        (it) => grants().save(it),
        () => grants().find(id),
      )
    })

    it('keeps a grant that leaves out and empties whatever it can', async () => {
      const [grant] = await saved(anApprovedGrant({ sessionId: undefined, scopes: [], resources: [], amr: [], grantEpoch: 0 }))
      expect(await grants().find(grant!.id)).to.deep.equal(grant)
    })

    it('keeps a lineage that was never rotated', async () => {
      const lineage = { generation: 1, rotatedAt: after(-1), idleExpiresAt: after(2), expiresAt: after(3) }
      const [grant] = await saved(anActiveGrant({ refresh: lineage }))
      expect(await grants().find(grant!.id)).to.deep.equal(grant)
    })

    it('answers undefined for an unknown grant', async () => {
      await saved(aGrant())
      expect(await grants().find(aGrantId())).to.equal(undefined)
    })

    it('does not make a spent code or an ended grant good by saving it again', async () => {
      const [redeemed, ended] = await saved(anApprovedGrant(), anApprovedGrant())
      await grants().redeem(redeemed!.id, { attempt: anAttempt(), at: NOW, expiresAt: after(DAY) })
      await grants().end(ended!.id, 'revoked', NOW)
      for (const grant of [redeemed!, ended!]) {
        await failure(() => grants().save(grant))
        expect(await grants().redeem(grant.id, { attempt: anAttempt(), at: NOW, expiresAt: after(DAY) })).to.equal(undefined)
      }
    })

    describe('listing', () => {
      const [ada, bob, weather, diary] = [aUserId(), aUserId(), aClientId(), aClientId()]

      it('answers those that match, oldest first', async () => {
        const [one, two, three] = await saved(
          anActiveGrant({ userId: ada, clientId: weather, createdAt: after(-1) }),
          anApprovedGrant({ userId: ada, clientId: diary, createdAt: after(-3) }),
          anActiveGrant({ userId: bob, clientId: weather, createdAt: after(-2) }),
        )
        const cases: [GrantFilter, (Grant | undefined)[]][] = [
          [{ userId: ada }, [two, one]],
          [{ clientId: weather }, [three, one]],
          [{ userId: bob, clientId: weather }, [three]],
          [{ userId: bob, clientId: diary }, []],
          [{ userId: aUserId() }, []],
          [{}, [two, three, one]],
        ]
        for (const [filter, expected] of cases) expect(await grants().list(filter, NOW)).to.deep.equal(expected)
      })

      it('leaves out what has ended', async () => {
        const [alive] = await saved(anActiveGrant({ userId: ada }), aGrant({ userId: ada }))
        expect(await grants().list({ userId: ada }, NOW)).to.deep.equal([alive])
      })

      it('leaves out what has expired, from that millisecond on', async () => {
        const [grant] = await saved(anActiveGrant({ userId: ada, expiresAt: NOW }))
        expect(await grants().list({ userId: ada }, after(-1))).to.deep.equal([grant])
        expect(await grants().list({ userId: ada }, NOW)).to.deep.equal([])
        expect(await grants().list({ userId: ada }, after(1))).to.deep.equal([])
      })
    })

    redemptionContract(storage)
    rotationContract(storage)
    endingContract(storage)
  })
}
