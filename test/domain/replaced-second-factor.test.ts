import { expect } from 'chai'
import { owesSecondFactor, provenBy } from '../../domain/session.js'
import { MINUTE } from '../support/builders.js'
import { HOME, House, PASSWORD, refusal } from './people-fixture.js'

describe('a second factor that was replaced by another one', () => {
  it('proves nothing in a session that showed the old one, however the session is renewed', async () => {
    const house = new House()
    const { id } = await house.add()
    const old = await house.enrol()
    const half = await house.signedIn()
    const thief = await house.people.proveSecondFactor({ token: half.token, otp: house.codeOf(old.secret) }, HOME)
    if (thief === undefined) throw new Error('not signed in')
    expect(owesSecondFactor(thief.session, thief.user)).to.equal(false)

    await house.storage.users.change(id, { secondFactor: null })
    house.pass(MINUTE)
    await house.enrol()
    const who = await house.people.resume(thief.token)
    if (who === undefined) throw new Error('the session ended')
    expect(owesSecondFactor(who.session, who.user)).to.equal(true)
    expect(provenBy(who.session, who.user)).to.deep.equal(['pwd'])
    const confirmed = await house.people.confirmPassword({ token: thief.token, password: PASSWORD }, HOME)
    expect(confirmed?.session.amr).to.deep.equal(['pwd'])
    expect(await refusal(house.keeper.endOtherSessions(confirmed!, HOME))).to.have.property('reason', 'the second factor was not shown')
  })
  it('counts where the clock is behind that of the server that set it up', async () => {
    const house = new House()
    await house.add()
    const { codes } = await house.enrol()
    house.pass(-MINUTE - 3_000)
    const half = await house.signedIn()
    house.pass(1_000)
    const proved = await house.people.proveSecondFactor({ token: half.token, otp: codes[0] ?? '' }, HOME)
    if (proved === undefined) throw new Error('not signed in')
    expect(owesSecondFactor(proved.session, proved.user)).to.equal(false)
    const renewed = await house.keeper.endOtherSessions(proved, HOME)
    const who = await house.people.resume(renewed.token)
    expect(who?.session.amr).to.deep.equal(['pwd', 'mfa'])
  })
})
