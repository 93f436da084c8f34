import { expect } from 'chai'
import type { UserChange } from '../../ports/user-repository.js'
import { aUser, aUserId, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { CONTENDERS, contend, opening, winners, type Open } from './opened.js'

export function userRepositoryContract(name: string, open: Open): void {
  describe(`${name}: UserRepository`, () => {
    const storage = opening(open)
    const users = () => storage().users

    it('keeps every field, as a copy, found by id and by name', async () => {
      const user = aUser()
      const { id, username } = user
      await expectCopies(
        user,
        (it) => users().add(it),
        () => users().find(id),
      )
      expect(await users().findByUsername(username)).to.deep.equal(await users().find(id))
    })

    it('keeps a person who leaves out and empties whatever can be', async () => {
      const absent = { name: undefined, email: undefined, disabledAt: undefined, secondFactor: undefined }
      const user = aUser({ ...absent, sessionEpoch: 0, grantEpoch: 0, withdrawalEpoch: 0, events: [] })
      await users().add(user)
      expect(await users().find(user.id)).to.deep.equal(user)
    })

    it('compares user names exactly', async () => {
      const names = ['ada', 'Ada', 'ada ', 'adá', 'ada\u0301']
      for (const username of names) expect(await users().add(aUser({ username })), username).to.equal(true)
      for (const username of names) expect((await users().findByUsername(username))?.username).to.equal(username)
      for (const username of ['ADA', 'ad', '', ' ada', 'ad%', 'ad_', 'ada\0', 'ada\0x', '\0ada'])
        expect(await users().findByUsername(username), username).to.equal(undefined)
    })

    it('answers undefined for an unknown person', async () => {
      await users().add(aUser())
      expect(await users().find(aUserId())).to.equal(undefined)
      expect(await users().change(aUserId(), { name: 'Nobody' })).to.equal(undefined)
      expect(await users().remove(aUserId())).to.equal(false)
      await users().rehash(aUserId(), 'from', 'to')
      expect(await users().list()).to.have.length(1)
    })

    it('lists by user name in code point order', async () => {
      const names = ['b', 'a', 'Z', 'é', '\u{1f600}', '\uff5e', '10', '9']
      for (const username of names) await users().add(aUser({ username }))
      expect((await users().list()).map(({ username }) => username)).to.deep.equal(['10', '9', 'Z', 'a', 'b', 'é', '\uff5e', '\u{1f600}'])
    })

    it('refuses a taken id and a taken name, and keeps the first', async () => {
      const first = aUser()
      await users().add(first)
      expect(await users().add(aUser({ id: first.id }))).to.equal(false)
      expect(await users().add(aUser({ username: first.username }))).to.equal(false)
      expect(await users().list()).to.deep.equal([first])
    })

    it('adds one of any number of people of one name', async () => {
      const { users: slowUsers } = slow(storage())
      const results = await contend((index) => slowUsers.add(aUser({ username: 'ada', name: `Contender ${index}` })))
      expect(winners(results)).to.have.length(1)
      expect((await users().list()).map((user) => user.name)).to.deep.equal([`Contender ${results.indexOf(true)}`])
    })

    it('changes what is named, leaves the rest and answers the new state', async () => {
      const user = aUser()
      const bystander = aUser()
      await users().add(user)
      await users().add(bystander)
      const changes: [UserChange, object][] = [
        [{ name: 'Augusta' }, { name: 'Augusta' }],
        [{ email: 'augusta@example.org' }, { email: 'augusta@example.org' }],
        [{ passwordHash: '$argon2id$new' }, { passwordHash: '$argon2id$new' }],
        [{ disabledAt: NOW }, { disabledAt: NOW }],
        [{ endSessions: true }, { sessionEpoch: 4 }],
        [{ endGrants: true }, { grantEpoch: 6 }],
        [{ endCodes: true }, { withdrawalEpoch: 7 }],
        [{ endSessions: false, endGrants: false }, {}],
        [{ name: undefined, disabledAt: undefined } as unknown as UserChange, {}],
        [{}, {}],
      ]
      let expected = user
      for (const [change, effect] of changes) {
        expected = { ...expected, ...effect }
        expect(await users().change(user.id, change)).to.deep.equal(expected)
        expect(await users().find(user.id)).to.deep.equal(expected)
      }
      expect(await users().find(bystander.id)).to.deep.equal(bystander)
    })

    it('clears disabledAt with null', async () => {
      const user = aUser()
      await users().add(user)
      const enabled = await users().change(user.id, { disabledAt: null })
      expect(enabled).to.not.have.property('disabledAt')
      expect(await users().find(user.id)).to.deep.equal(enabled)
    })

    it('loses none of many parallel changes', async () => {
      const user = aUser({ disabledAt: undefined })
      await users().add(user)
      const slowUsers = slow(storage()).users
      const fields: UserChange[] = [
        { name: 'Augusta' },
        { email: 'augusta@example.org' },
        { passwordHash: '$argon2id$new' },
        { disabledAt: NOW },
      ]
      await contend((index) =>
        slowUsers.change(user.id, { ...fields[index % fields.length], endSessions: true, endGrants: index % 2 === 0 }),
      )
      const changes = { name: 'Augusta', email: 'augusta@example.org', passwordHash: '$argon2id$new', disabledAt: NOW }
      const epochs = { sessionEpoch: user.sessionEpoch + CONTENDERS, grantEpoch: user.grantEpoch + CONTENDERS / 2 }
      expect(await users().find(user.id)).to.deep.equal({ ...user, ...changes, ...epochs })
    })

    it('rehashes only while the hash is still the one that was verified', async () => {
      const user = aUser({ passwordHash: 'old' })
      await users().add(user)
      await users().rehash(user.id, 'older', 'wrong')
      expect(await users().find(user.id)).to.deep.equal(user)
      await users().rehash(user.id, 'old', 'new')
      expect(await users().find(user.id)).to.deep.equal({ ...user, passwordHash: 'new' })
    })

    it('does not undo a change of password by rehashing', async () => {
      const user = aUser({ passwordHash: 'old' })
      await users().add(user)
      const slowUsers = slow(storage()).users
      await contend(async (index) => {
        if (index === 25) await slowUsers.change(user.id, { passwordHash: 'chosen' })
        else await slowUsers.rehash(user.id, 'old', `rehashed ${index}`)
      })
      expect((await users().find(user.id))?.passwordHash).to.equal('chosen')
    })

    it('removes a person once; the name is free again', async () => {
      const user = aUser()
      await users().add(user)
      const slowUsers = slow(storage()).users
      expect(winners(await contend(() => slowUsers.remove(user.id)))).to.have.length(1)
      expect(await users().find(user.id)).to.equal(undefined)
      expect(await users().findByUsername(user.username)).to.equal(undefined)
      expect(await users().change(user.id, { name: 'Ghost' })).to.equal(undefined)
      expect(await users().add(aUser({ username: user.username }))).to.equal(true)
    })
  })
}
