import { expect } from 'chai'
import { aResource } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { contend, opening, winners, type Open } from './opened.js'

export function resourceRepositoryContract(name: string, open: Open): void {
  describe(`${name}: ResourceRepository`, () => {
    const storage = opening(open)
    const resources = () => storage().resources

    it('keeps every field, as a copy', async () => {
      await expectCopies(
        aResource(),
        (it) => resources().add(it),
        async () => (await resources().list())[0],
      )
    })

    it('keeps one for which any scope makes sense', async () => {
      const resource = aResource({ scopes: [] })
      await resources().add(resource)
      expect(await resources().list()).to.deep.equal([resource])
    })

    it('lists by uri, ascending, and nothing when there is none', async () => {
      expect(await resources().list()).to.deep.equal([])
      for (const uri of ['urn:b', 'https://b.example/', 'https://b.example', 'urn:B']) await resources().add(aResource({ uri }))
      const sorted = ['https://b.example', 'https://b.example/', 'urn:B', 'urn:b']
      expect((await resources().list()).map(({ uri }) => uri)).to.deep.equal(sorted)
    })

    it('adds one of any number of resources of one uri', async () => {
      const { resources: slowResources } = slow(storage())
      const results = await contend((index) => slowResources.add(aResource({ uri: 'urn:one', name: `Contender ${index}` })))
      expect(winners(results)).to.have.length(1)
      expect((await resources().list()).map((resource) => resource.name)).to.deep.equal([`Contender ${results.indexOf(true)}`])
    })

    it('removes one once, and no other', async () => {
      const [resource, other] = [aResource(), aResource()]
      await resources().add(resource)
      await resources().add(other)
      const { resources: slowResources } = slow(storage())
      expect(winners(await contend(() => slowResources.remove(resource.uri)))).to.have.length(1)
      expect(await resources().list()).to.deep.equal([other])
    })
  })
}
