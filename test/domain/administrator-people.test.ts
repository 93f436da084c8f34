import { expect } from 'chai'
import { anOfficeWithPeople, NOW, refused, SOURCE } from './administrator-fixture.js'

describe('what an operator does to a person', () => {
  it('reset-otp takes the second factor away, once and for all codes, and the person can see it', async () => {
    const { administrator, storage, events, ada } = await anOfficeWithPeople()
    const secondFactor = { sealedSecret: 'sealed', enrolledAt: NOW, lastStep: 1, recoveryCodes: ['a', 'b'] }
    await storage.users.change(ada.id, { secondFactor })
    events.length = 0
    expect(await administrator.resetOtp('ada', SOURCE)).to.not.have.property('secondFactor')
    const user = await storage.users.find(ada.id)
    expect(user).to.not.have.property('secondFactor')
    expect(user?.events).to.deep.equal([{ event: 'second-factor-disabled', at: NOW, address: 'cli' }])
    expect(events).to.deep.equal([{ event: 'operator', outcome: 'ok', reason: 'second factor reset', user_id: ada.id }])
    expect(user?.sessionEpoch).to.equal(ada.sessionEpoch)
    expect(await refused(administrator.resetOtp('nobody', SOURCE))).to.include('nobody')
  })

  it('set-password is among the events that the person sees', async () => {
    const { administrator, storage, ada } = await anOfficeWithPeople()
    await administrator.setPassword('ada', 'another horse', SOURCE)
    expect((await storage.users.find(ada.id))?.events).to.deep.equal([{ event: 'password-changed', at: NOW, address: 'cli' }])
  })
})
