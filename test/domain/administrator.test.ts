import { expect } from 'chai'
import { aBusyOffice, anOffice, anOfficeWithPeople, aSession, NOW, PASSWORD, refused, SOURCE } from './administrator-fixture.js'

describe('Administrator: people', () => {
  it('adds a person with a hash and says who', async () => {
    const { administrator, ada } = await anOfficeWithPeople()
    expect(ada).to.deep.include({
      username: 'ada',
      name: 'Ada',
      email: 'ada@lovelace.test',
      sessionEpoch: 0,
      grantEpoch: 0,
      withdrawalEpoch: 0,
      createdAt: NOW,
    })
    expect(ada.passwordHash).to.match(/^\$fake\$/)
    expect(await administrator.user('ada')).to.deep.equal(ada)
    expect(await administrator.user(ada.id)).to.deep.equal(ada)
  })

  it('compares user names exactly', async () => {
    const { administrator } = await anOfficeWithPeople()
    await administrator.createUser({ username: 'Ada', password: PASSWORD }, SOURCE)
    expect(await refused(administrator.createUser({ username: 'ada', password: PASSWORD }, SOURCE))).to.include('user name: "ada" is taken')
    expect(await refused(administrator.user('ADA'))).to.equal('there is no user "ADA"')
  })

  it("refuses another person's id as a user name", async () => {
    const { administrator, ada } = await anOfficeWithPeople()
    expect(await refused(administrator.createUser({ username: ada.id, password: PASSWORD }, SOURCE))).to.include('user name')
  })

  it('gives one of two at the same moment the name', async () => {
    const { administrator } = anOffice()
    const both = [1, 2].map(() => administrator.createUser({ username: 'eve', password: PASSWORD }, SOURCE))
    expect((await Promise.allSettled(both)).map(({ status }) => status)).to.have.members(['fulfilled', 'rejected'])
  })

  for (const [what, password] of Object.entries({
    'seven characters': '1234567',
    'seven emoji': '😀'.repeat(7),
    '1025 bytes': 'ü'.repeat(512) + 'x',
  })) {
    it(`refuses a password of ${what}, and never repeats it`, async () => {
      const { administrator, ada } = await anOfficeWithPeople()
      for (const work of [
        administrator.createUser({ username: 'eve', password }, SOURCE),
        administrator.setPassword('ada', password, SOURCE),
      ])
        expect(await refused(work))
          .to.match(/^password:/)
          .and.not.include(password)
      expect(await administrator.user('ada')).to.deep.equal(ada)
    })
  }

  for (const password of ['12345678', '        ', 'a\u0000b\u202ec\r\nd', 'ü'.repeat(512)])
    it(`takes the password ${JSON.stringify(password.slice(0, 12))}`, async () => {
      const { administrator } = anOffice()
      await administrator.createUser({ username: 'eve', password }, SOURCE)
    })

  for (const email of ['', 'ada', 'a@b@c', 'a b@c', 'a@b\n', `${'x'.repeat(251)}@b.c`])
    it(`refuses the email ${JSON.stringify(email.slice(0, 12))}`, async () => {
      const { administrator } = await anOfficeWithPeople()
      expect(await refused(administrator.updateUser('ada', { email }, SOURCE))).to.match(/^email:/)
    })

  it('changes what is given and nothing else', async () => {
    const { administrator, ada } = await anOfficeWithPeople()
    expect(await administrator.updateUser('ada', { name: 'Countess' }, SOURCE)).to.deep.equal({ ...ada, name: 'Countess' })
  })

  it('ends sessions and grants with a new password, and keeps the approvals', async () => {
    const { administrator, ada, left } = await aBusyOffice()
    const user = await administrator.setPassword('ada', 'a new password', SOURCE)
    expect(user).to.deep.include({ sessionEpoch: 1, grantEpoch: 1 }).and.not.deep.include({ passwordHash: ada.passwordHash })
    expect(await left()).to.deep.include({ sessions: 0, consents: 4 })
    expect((await left()).grants).to.have.length(2)
  })

  it('disables: sessions end, grants sleep; enables: the grants are back', async () => {
    const { administrator, ada, left } = await aBusyOffice()
    expect(await administrator.disableUser('ada', SOURCE)).to.deep.include({ disabledAt: NOW, sessionEpoch: 1, grantEpoch: 0 })
    expect(await left()).to.deep.include({ sessions: 0 })
    expect(await administrator.listGrants({ user: 'ada' })).to.have.length(0)
    expect(await administrator.enableUser('ada', SOURCE)).to.deep.equal({ ...ada, sessionEpoch: 1 })
    expect(await administrator.listGrants({ user: 'ada' })).to.have.length(2)
  })

  it('deletes a person with everything', async () => {
    const { administrator, bob, left } = await aBusyOffice()
    await administrator.deleteUser('ada', SOURCE)
    expect(await left()).to.deep.include({ sessions: 0, consents: 2 })
    expect((await left()).grants.map(([userId]) => userId)).to.deep.equal([bob.id, bob.id])
    expect(await refused(administrator.deleteUser('ada', SOURCE))).to.equal('there is no user "ada"')
  })

  it('lists the sessions that are alive, ends one, ends all', async () => {
    const { administrator, storage, ada } = await aBusyOffice()
    await storage.sessions.begin(aSession('idle', ada.id, { idleExpiresAt: NOW }))
    await storage.sessions.begin(aSession('second', ada.id))
    const [first, second, ...more] = await administrator.listSessions('ada')
    expect(more).to.deep.equal([])
    await administrator.endSession(first!.id, SOURCE)
    expect(await refused(administrator.endSession(first!.id, SOURCE))).to.include('session')
    expect((await administrator.listSessions('ada')).map(({ id }) => id)).to.deep.equal([second!.id])
    expect(await administrator.endSessions('ada', SOURCE)).to.be.greaterThan(0)
    expect(await administrator.listSessions('ada')).to.deep.equal([])
    expect(await administrator.listGrants({ user: 'ada' })).to.have.length(2)
  })
})
