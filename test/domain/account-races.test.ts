import { expect } from 'chai'
import { OAuthError } from '../../domain/errors.js'
import type { NewSession } from '../../domain/session-keeper.js'
import { ELSEWHERE, HOME, House, PASSWORD, refusal } from './people-fixture.js'

/** What somebody with a session has under way when another one ends it: who they were was looked up before. */
describe('a session that is ended while something is under way in it', () => {
  async function begin(): Promise<{ house: House; owner: NewSession; thief: NewSession; secret: string }> {
    const house = new House()
    await house.add()
    const [owner, thief] = [await house.signedIn(), await house.signedIn('ada', ELSEWHERE)]
    return { house, owner, thief, secret: house.keeper.enrolment(thief).secret }
  }
  const alive = async (house: House) => (await house.storage.sessions.list({ userId: (await house.signedIn()).user.id })).length - 1
  const code = async (work: Promise<unknown>): Promise<unknown> => {
    const error = await refusal(work)
    return error instanceof OAuthError && error.code
  }

  it('ends no others, and is not renewed', async () => {
    const { house, owner, thief } = await begin()
    const { token } = await house.keeper.endOtherSessions(owner, HOME)
    expect(await code(house.keeper.endOtherSessions(thief, ELSEWHERE))).to.equal('access_denied')
    expect(await house.people.resume(token)).to.not.equal(undefined)
    expect(await alive(house)).to.equal(1)
  })

  it('sets up no second factor, and takes none away', async () => {
    const { house, owner, thief, secret } = await begin()
    await house.keeper.endOtherSessions(owner, HOME)
    expect(await house.keeper.confirmEnrolment(thief, house.codeOf(secret), ELSEWHERE)).to.equal(undefined)
    expect(await house.keeper.disableSecondFactor(thief, PASSWORD, ELSEWHERE)).to.equal(undefined)
    expect(await house.keeper.changePassword(thief, { current: PASSWORD, next: 'another horse' }, ELSEWHERE)).to.equal(undefined)
    expect((await house.storage.users.find(owner.user.id))?.secondFactor).to.equal(undefined)
    expect(await alive(house)).to.equal(1)
  })

  it('does not come back when it was ended alone, by signing out or from elsewhere', async () => {
    const { house, owner, thief, secret } = await begin()
    const confirming = house.people.confirmPassword({ token: owner.token, password: PASSWORD }, HOME)
    await house.people.signOut(owner.token, HOME)
    expect(await code(confirming)).to.equal('access_denied')
    await house.storage.sessions.end(thief.session.id)
    expect(await code(house.keeper.confirmEnrolment(thief, house.codeOf(secret), ELSEWHERE))).to.equal('access_denied')
    expect(await code(house.keeper.endOtherSessions(thief, ELSEWHERE))).to.equal('access_denied')
    expect(await house.storage.sessions.list({ userId: owner.user.id })).to.have.lengthOf(0)
  })
})
