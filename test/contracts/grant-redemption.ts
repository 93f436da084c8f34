import { expect } from 'chai'
import type { Grant } from '../../domain/grant.js'
import type { Redemption } from '../../ports/grant-repository.js'
import type { Storage } from '../../ports/storage.js'
import { after, aGrant, aGrantId, anActiveGrant, anApprovedGrant, anAttempt, DAY, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { scribble } from './copies.js'
import { contend, winners } from './opened.js'

/** By an attempt of its own, with a lineage. */
export const aRedemption = (redemption: Partial<Redemption> = {}): Redemption => ({
  attempt: anAttempt(),
  at: NOW,
  refresh: { idleExpiresAt: after(7 * DAY), expiresAt: after(30 * DAY) },
  expiresAt: after(30 * DAY),
  ...redemption,
})

/** What a grant becomes. */
function redeemed(grant: Grant, { attempt, at, refresh, expiresAt }: Redemption): Grant {
  const lineage = refresh && { refresh: { generation: 1, rotatedAt: at, ...refresh } }
  return { ...grant, code: { ...grant.code, redeemedAt: at, redeemedBy: attempt }, ...lineage, expiresAt }
}

export function redemptionContract(storage: () => Storage): void {
  describe('redeeming', () => {
    const grants = () => storage().grants
    const saved = async (grant: Grant) => {
      await grants().save(grant)
      return grant
    }

    it('spends the code and begins the lineage', async () => {
      const [grant, other] = [await saved(anApprovedGrant()), await saved(anApprovedGrant())]
      const redemption = aRedemption()
      expect(await grants().redeem(grant.id, redemption)).to.deep.equal(redeemed(grant, redemption))
      expect(await grants().find(grant.id)).to.deep.equal(redeemed(grant, redemption))
      expect(await grants().find(other.id)).to.deep.equal(other)
    })

    it('begins no lineage for a client that gets no refresh token', async () => {
      const grant = await saved(anApprovedGrant())
      const redemption: Redemption = { attempt: anAttempt(), at: NOW, expiresAt: after(DAY) }
      expect(await grants().redeem(grant.id, redemption)).to.deep.equal(redeemed(grant, redemption))
      expect(await grants().find(grant.id)).to.deep.equal(redeemed(grant, redemption))
    })

    it('answers a copy', async () => {
      const grant = await saved(anApprovedGrant())
      const redemption = structuredClone(aRedemption())
      const expected = structuredClone(redeemed(grant, redemption))
      const answer = await grants().redeem(grant.id, redemption)
      scribble(answer!)
      scribble(redemption)
      expect(await grants().find(grant.id)).to.deep.equal(expected)
    })

    it('answers the attempt that won the same again, and every other nothing', async () => {
      const grant = await saved(anApprovedGrant())
      const redemption = aRedemption()
      const won = await grants().redeem(grant.id, redemption)
      expect(await grants().redeem(grant.id, redemption)).to.deep.equal(won)
      expect(await grants().redeem(grant.id, aRedemption())).to.equal(undefined)
      expect(await grants().find(grant.id)).to.deep.equal(won)
    })

    it('does not set the lineage back when the winner asks again after a rotation', async () => {
      const grant = await saved(anApprovedGrant())
      const redemption = aRedemption()
      await grants().redeem(grant.id, redemption)
      const rotated = await grants().rotate(grant.id, 1, { attempt: anAttempt(), at: after(1), idleExpiresAt: after(DAY) })
      expect(rotated?.refresh?.generation).to.equal(2)
      expect(await grants().redeem(grant.id, redemption)).to.deep.equal(rotated)
      expect(await grants().find(grant.id)).to.deep.equal(rotated)
    })

    it('redeems until the last millisecond before the code expires', async () => {
      const grant = await saved(anApprovedGrant())
      const { expiresAt } = grant.code
      for (const ms of [0, 1]) {
        const at = new Date(expiresAt.getTime() + ms)
        expect(await grants().redeem(grant.id, aRedemption({ at })), `${ms} ms after`).to.equal(undefined)
      }
      expect(await grants().find(grant.id)).to.deep.equal(grant)
      const won = await grants().redeem(grant.id, aRedemption({ at: new Date(expiresAt.getTime() - 1) }))
      expect(won?.id).to.equal(grant.id)
    })

    it('refuses what is unknown, redeemed or ended, and changes nothing', async () => {
      const code = { ...anApprovedGrant().code, expiresAt: after(DAY) }
      const redeemedCode = { ...aGrant().code, expiresAt: after(DAY) }
      const spent = await saved(anActiveGrant({ code: redeemedCode }))
      const ended = await saved(aGrant({ code, refresh: undefined }))
      for (const grant of [spent, ended]) {
        expect(await grants().redeem(grant.id, aRedemption())).to.equal(undefined)
        expect(await grants().find(grant.id)).to.deep.equal(grant)
      }
      const unknown = aGrantId()
      expect(await grants().redeem(unknown, aRedemption())).to.equal(undefined)
      expect(await grants().find(unknown)).to.equal(undefined)
    })

    it('lets one of any number of attempts win', async () => {
      const grant = await saved(anApprovedGrant())
      const { grants: slowGrants } = slow(storage())
      const redemptions = Array.from({ length: 50 }, () => aRedemption())
      const results = await contend((index) => slowGrants.redeem(grant.id, redemptions[index]!))
      const won = winners(results)
      expect(won).to.have.length(1)
      const winner = results.findIndex((result) => result !== undefined)
      expect(won[0]).to.deep.equal(redeemed(grant, redemptions[winner]!))
      expect(await grants().find(grant.id)).to.deep.equal(won[0])
    })

    it('answers one attempt that is asked many times at once the same every time', async () => {
      const grant = await saved(anApprovedGrant())
      const { grants: slowGrants } = slow(storage())
      const redemption = aRedemption()
      const results = await contend(() => slowGrants.redeem(grant.id, redemption))
      for (const result of results) expect(result).to.deep.equal(redeemed(grant, redemption))
    })

    it('lets every one of many grants be redeemed at once', async () => {
      const { grants: slowGrants } = slow(storage())
      const made = await contend(() => saved(anApprovedGrant()))
      const results = await contend((index) => slowGrants.redeem(made[index]!.id, aRedemption()))
      expect(results.map((grant) => grant?.id)).to.deep.equal(made.map(({ id }) => id))
    })
  })
}
