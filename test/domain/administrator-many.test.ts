import { expect } from 'chai'
import { setTimeout as pause } from 'node:timers/promises'
import { Administrator } from '../../domain/administrator.js'
import type { Storage } from '../../ports/storage.js'
import { aUser } from '../support/builders.js'
import { aBusyOffice, aGrant, anOffice, APP, NOW, refused, SOURCE } from './administrator-fixture.js'

/** A method of a repository answers otherwise; the others see their own object. */
function instead<P extends keyof Storage>(storage: Storage, port: P, methods: Partial<Storage[P]>): Storage {
  const repository: object = storage[port]
  const get = (_: object, name: string | symbol): unknown => {
    const member: unknown = Reflect.get(methods, name) ?? Reflect.get(repository, name)
    return typeof member === 'function' ? member.bind(repository) : member
  }
  return { ...storage, [port]: new Proxy({}, { get }) }
}

describe('Administrator, when others are at work as well', () => {
  for (const what of ['user', 'client'] as const)
    it(`ends what belongs to a ${what} that somebody else removed, who may have been killed before`, async () => {
      const { parts, storage, ada, client, left } = await aBusyOffice()
      const before = await left()
      const gone = { remove: async () => false }
      const administrator = new Administrator({ ...parts, storage: instead(storage, what === 'user' ? 'users' : 'clients', gone) })
      const id = what === 'user' ? ada.id : client.id
      const deleted = what === 'user' ? administrator.deleteUser('ada', SOURCE) : administrator.deleteClient(client.id, SOURCE)
      expect(await refused(deleted)).to.include('there is no')
      const after = await left()
      expect(before.grants.some((owners) => owners.includes(id))).to.equal(true)
      expect(after.grants.some((owners) => owners.includes(id))).to.equal(false)
      expect([before.consents, after.consents]).to.deep.equal([4, 2])
      if (what === 'user') expect(after.sessions).to.equal(0)
    })

  it('asks the store for at most 50 people at a time, and for each of them', async () => {
    const { parts, administrator, storage } = anOffice()
    const { client } = await administrator.createClient({ ...APP, scopes: [], defaultScopes: [] }, SOURCE)
    const people = Array.from({ length: 120 }, () => aUser())
    for (const user of people) {
      await storage.users.add(user)
      await storage.grants.save(aGrant(`grant-of-${user.id}`, user.id, client.id))
    }
    const state = { now: 0, most: 0, asked: 0 }
    const change: Storage['users']['change'] = async (...args) => {
      state.most = Math.max(state.most, ++state.now)
      state.asked++
      await pause(1)
      state.now--
      return storage.users.change(...args)
    }
    const slow = new Administrator({ ...parts, storage: instead(storage, 'users', { change }) })
    await slow.revokeGrants({ client: client.id }, SOURCE)
    expect([state.most, state.asked]).to.deep.equal([50, 120])
    expect(await storage.grants.list({ clientId: client.id }, NOW)).to.deep.equal([])
  })
})
