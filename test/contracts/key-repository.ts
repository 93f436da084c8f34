import { expect } from 'chai'
import { aKey, aKeyId, after, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { contend, opening, winners, type Open } from './opened.js'

export function keyRepositoryContract(name: string, open: Open): void {
  describe(`${name}: KeyRepository`, () => {
    const storage = opening(open)
    const keys = () => storage().keys

    it('keeps every field, as a copy', async () => {
      await expectCopies(
        aKey(),
        (it) => keys().add(it),
        async () => (await keys().list())[0],
      )
    })

    it('keeps one that is not retired', async () => {
      const key = aKey({ retiredAt: undefined })
      await keys().add(key)
      expect(await keys().list()).to.deep.equal([key])
    })

    it('lists by ordinal as a number, ascending, and nothing when there is none', async () => {
      expect(await keys().list()).to.deep.equal([])
      for (const ordinal of [10, 2, 9, 1]) await keys().add(aKey({ ordinal }))
      expect((await keys().list()).map(({ ordinal }) => ordinal)).to.deep.equal([1, 2, 9, 10])
    })

    it('adds one of any number of keys of one ordinal', async () => {
      await keys().add(aKey({ ordinal: 1 }))
      const { keys: slowKeys } = slow(storage())
      const successors = Array.from({ length: 50 }, () => aKey({ ordinal: 2 }))
      const results = await contend((index) => slowKeys.add(successors[index]!))
      expect(winners(results)).to.have.length(1)
      expect((await keys().list())[1]).to.deep.equal(successors[results.indexOf(true)])
      expect(await keys().list()).to.have.length(2)
    })

    it('retires a key once, and leaves the others', async () => {
      const [key, other] = [aKey({ ordinal: 1, retiredAt: undefined }), aKey({ ordinal: 2, retiredAt: undefined })]
      for (const one of [key, other]) await keys().add(one)
      const { keys: slowKeys } = slow(storage())
      const results = await contend((index) => slowKeys.retire(key.kid, after(index)))
      expect(winners(results)).to.have.length(1)
      expect(await keys().list()).to.deep.equal([{ ...key, retiredAt: after(results.indexOf(true)) }, other])
      expect(await keys().retire(aKeyId(), NOW)).to.equal(false)
    })

    it('seals the private key anew only while it is still the one that was read', async () => {
      const key = aKey()
      await keys().add(key)
      const { keys: slowKeys } = slow(storage())
      const results = await contend((index) => slowKeys.reseal(key.kid, key.sealedPrivateKey, `sealed ${index}`))
      expect(winners(results)).to.have.length(1)
      expect(await keys().list()).to.deep.equal([{ ...key, sealedPrivateKey: `sealed ${results.indexOf(true)}` }])
      expect(await keys().reseal(aKeyId(), `sealed ${results.indexOf(true)}`, 'other')).to.equal(false)
    })
  })
}
