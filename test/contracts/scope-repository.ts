import { expect } from 'chai'
import { aScope } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { contend, opening, winners, type Open } from './opened.js'

export function scopeRepositoryContract(name: string, open: Open): void {
  describe(`${name}: ScopeRepository`, () => {
    const storage = opening(open)
    const scopes = () => storage().scopes

    it('keeps every field, as a copy', async () => {
      await expectCopies(
        aScope(),
        (it) => scopes().add(it),
        async () => (await scopes().list())[0],
      )
    })

    it('lists by name, ascending, and nothing when there is none', async () => {
      expect(await scopes().list()).to.deep.equal([])
      for (const name of ['b', 'a:b', 'Z', 'a', '!']) await scopes().add(aScope({ name }))
      expect((await scopes().list()).map((scope) => scope.name)).to.deep.equal(['!', 'Z', 'a', 'a:b', 'b'])
    })

    it('adds one of any number of scopes of one name', async () => {
      const { scopes: slowScopes } = slow(storage())
      const results = await contend((index) => slowScopes.add({ name: 'read', description: `Contender ${index}` }))
      expect(winners(results)).to.have.length(1)
      expect(await scopes().list()).to.deep.equal([{ name: 'read', description: `Contender ${results.indexOf(true)}` }])
      expect(await scopes().add(aScope({ name: 'Read' })), 'another name').to.equal(true)
    })

    it('replaces one that is there and does not add by replacing', async () => {
      const scope = aScope()
      expect(await scopes().replace(scope)).to.equal(false)
      expect(await scopes().list()).to.deep.equal([])
      await scopes().add(scope)
      expect(await scopes().replace({ ...scope, description: 'Changed' })).to.equal(true)
      expect(await scopes().list()).to.deep.equal([{ ...scope, description: 'Changed' }])
    })

    it('removes one once, and no other', async () => {
      const [scope, other] = [aScope(), aScope()]
      await scopes().add(scope)
      await scopes().add(other)
      const { scopes: slowScopes } = slow(storage())
      expect(winners(await contend(() => slowScopes.remove(scope.name)))).to.have.length(1)
      expect(await scopes().list()).to.deep.equal([other])
    })
  })
}
