import { expect } from 'chai'
import type { Grant, Lineage } from '../../domain/grant.js'
import type { Rotation } from '../../ports/grant-repository.js'
import type { Storage } from '../../ports/storage.js'
import { after, aGrant, aGrantId, anActiveGrant, anApprovedGrant, anAttempt, DAY, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { scribble } from './copies.js'
import { aRedemption } from './grant-redemption.js'
import { contend, winners } from './opened.js'

/** By an attempt of its own. */
export const aRotation = (rotation: Partial<Rotation> = {}): Rotation => ({
  attempt: anAttempt(),
  at: NOW,
  idleExpiresAt: after(8 * DAY),
  ...rotation,
})

/** What a grant becomes. */
function rotated(grant: Grant, { attempt: rotatedBy, at: rotatedAt, idleExpiresAt }: Rotation): Grant {
  const { generation, rotatedAt: rotatedBefore, expiresAt } = grant.refresh!
  return { ...grant, refresh: { generation: generation + 1, rotatedAt, rotatedBefore, rotatedBy, idleExpiresAt, expiresAt } }
}

export function rotationContract(storage: () => Storage): void {
  describe('rotating', () => {
    const grants = () => storage().grants
    const saved = async (grant: Grant) => {
      await grants().save(grant)
      return grant
    }
    const withLineage = (lineage: Partial<Lineage>) => saved(anActiveGrant({ refresh: { ...aGrant().refresh!, ...lineage } }))

    it('moves the lineage to the next generation and remembers when the one before ended', async () => {
      const [grant, other] = [await withLineage({ generation: 7 }), await withLineage({ generation: 7 })]
      const rotation = aRotation()
      expect(await grants().rotate(grant.id, 7, rotation)).to.deep.equal(rotated(grant, rotation))
      expect(await grants().find(grant.id)).to.deep.equal(rotated(grant, rotation))
      expect(await grants().find(other.id)).to.deep.equal(other)
    })

    it('goes on from redemption, generation by generation', async () => {
      const { id } = await saved(anApprovedGrant())
      let expected = await grants().redeem(id, aRedemption())
      for (const generation of [1, 2, 3, 4]) {
        const rotation = aRotation({ at: after(generation) })
        expected = rotated(expected!, rotation)
        expect(await grants().rotate(id, generation, rotation)).to.deep.equal(expected)
      }
      expect(expected?.refresh).to.deep.include({ generation: 5, rotatedAt: after(4), rotatedBefore: after(3) })
    })

    it('answers a copy', async () => {
      const grant = await withLineage({ generation: 7 })
      const rotation = structuredClone(aRotation())
      const expected = structuredClone(rotated(grant, rotation))
      const answer = await grants().rotate(grant.id, 7, rotation)
      scribble(answer!)
      scribble(rotation)
      expect(await grants().find(grant.id)).to.deep.equal(expected)
    })

    it('answers the attempt that won the same again, and every other nothing', async () => {
      const grant = await withLineage({ generation: 7 })
      const rotation = aRotation()
      const won = await grants().rotate(grant.id, 7, rotation)
      expect(await grants().rotate(grant.id, 7, rotation)).to.deep.equal(won)
      expect(await grants().rotate(grant.id, 7, aRotation())).to.equal(undefined)
      expect(await grants().find(grant.id)).to.deep.equal(won)
    })

    it('refuses every generation but the newest', async () => {
      const grant = await withLineage({ generation: 7 })
      for (const generation of [-1, 0, 1, 5, 6, 8, 2 ** 47])
        expect(await grants().rotate(grant.id, generation, aRotation()), String(generation)).to.equal(undefined)
      expect(await grants().find(grant.id)).to.deep.equal(grant)
    })

    it('rotates until the last millisecond before either expiry', async () => {
      for (const expiry of ['idleExpiresAt', 'expiresAt'] as const) {
        const grant = await withLineage({ generation: 7, [expiry]: NOW })
        for (const at of [NOW, after(1)]) expect(await grants().rotate(grant.id, 7, aRotation({ at })), expiry).to.equal(undefined)
        expect(await grants().find(grant.id)).to.deep.equal(grant)
        expect((await grants().rotate(grant.id, 7, aRotation({ at: after(-1) })))?.refresh?.generation, expiry).to.equal(8)
      }
    })

    it('refuses what is unknown, ended or without a lineage, and changes nothing', async () => {
      const ended = await saved(aGrant())
      const unredeemed = await saved(anApprovedGrant())
      const without = await saved(anActiveGrant({ refresh: undefined }))
      for (const grant of [ended, unredeemed, without]) {
        for (const generation of [0, 1, 7]) expect(await grants().rotate(grant.id, generation, aRotation())).to.equal(undefined)
        expect(await grants().find(grant.id)).to.deep.equal(grant)
      }
      const unknown = aGrantId()
      expect(await grants().rotate(unknown, 1, aRotation())).to.equal(undefined)
      expect(await grants().find(unknown)).to.equal(undefined)
    })

    it('lets one of any number of attempts win', async () => {
      const grant = await withLineage({ generation: 7 })
      const { grants: slowGrants } = slow(storage())
      const rotations = Array.from({ length: 50 }, (_, index) => aRotation({ at: after(index) }))
      const results = await contend((index) => slowGrants.rotate(grant.id, 7, rotations[index]!))
      expect(winners(results)).to.have.length(1)
      const winner = results.findIndex((result) => result !== undefined)
      expect(results[winner]).to.deep.equal(rotated(grant, rotations[winner]!))
      expect(await grants().find(grant.id)).to.deep.equal(results[winner])
    })

    it('answers one attempt that is asked many times at once the same every time', async () => {
      const grant = await withLineage({ generation: 7 })
      const { grants: slowGrants } = slow(storage())
      const rotation = aRotation()
      const results = await contend(() => slowGrants.rotate(grant.id, 7, rotation))
      for (const result of results) expect(result).to.deep.equal(rotated(grant, rotation))
    })
  })
}
