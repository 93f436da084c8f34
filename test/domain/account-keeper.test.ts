import { expect } from 'chai'
import { InvalidInput, OAuthError, StoreUnavailable, TooManyAttempts } from '../../domain/errors.js'
import type { SignedIn } from '../../ports/for-authenticating.js'
import { MINUTE } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { ELSEWHERE, HOME, House, PASSWORD, refusal, times } from './people-fixture.js'

const NEXT = 'another horse'
const change = { current: PASSWORD, next: NEXT }

describe('keeping an account', () => {
  const eventsOf = async (house: House, { user }: SignedIn) => (await house.storage.users.find(user.id))?.events.map(({ event }) => event)
  const now = async (house: House, token: string | undefined): Promise<SignedIn> => {
    const who = await house.people.resume(token ?? '')
    if (who === undefined) throw new Error('nobody is signed in')
    return who
  }

  it('takes a fresh sign-in for everything but looking', async () => {
    const house = new House()
    await house.add()
    const who = await house.signedIn()
    house.pass(15 * MINUTE)
    const { keeper } = house
    const acts: readonly (() => Promise<unknown>)[] = [
      () => keeper.endSession(who, who.session.id, HOME),
      () => keeper.endOtherSessions(who, HOME),
      () => keeper.changePassword(who, change, HOME),
      async () => keeper.enrolment(who),
      () => keeper.confirmEnrolment(who, '000000', HOME),
      () => keeper.disableSecondFactor(who, PASSWORD, HOME),
      () => keeper.renewRecoveryCodes(who, PASSWORD, HOME),
    ]
    for (const act of acts)
      expect(await refusal(act()))
        .to.be.instanceOf(OAuthError)
        .and.have.property('code', 'access_denied')
    expect(await keeper.sessions(who)).to.have.lengthOf(1)
    const confirmed = await house.people.confirmPassword({ token: who.token, password: PASSWORD }, HOME)
    expect(await house.people.resume(who.token)).to.equal(undefined)
    expect(await keeper.endOtherSessions(await now(house, confirmed?.token), HOME)).to.have.property('token')
  })

  it('takes the second factor, where there is one that came after the sign-in', async () => {
    const house = new House()
    await house.add()
    const early = await house.signedIn()
    const { secret } = await house.enrol()
    const { keeper } = house
    const who = await now(house, early.token)
    const acts: readonly (() => Promise<unknown>)[] = [
      () => keeper.endSession(who, who.session.id, HOME),
      () => keeper.endOtherSessions(who, HOME),
      () => keeper.changePassword(who, change, HOME),
      () => keeper.disableSecondFactor(who, PASSWORD, HOME),
      () => keeper.renewRecoveryCodes(who, PASSWORD, HOME),
    ]
    for (const act of acts) expect(await refusal(act())).to.have.property('reason', 'the second factor was not shown')
    const confirmed = await house.people.confirmPassword({ token: early.token, password: PASSWORD }, HOME)
    expect(await refusal(keeper.renewRecoveryCodes(await now(house, confirmed?.token), PASSWORD, HOME))).to.be.instanceOf(OAuthError)
    const proved = await house.people.proveSecondFactor({ token: confirmed?.token ?? '', otp: house.codeOf(secret) }, HOME)
    expect(await keeper.renewRecoveryCodes(await now(house, proved?.token), PASSWORD, HOME)).to.have.lengthOf(10)
  })

  it('is done although the history or the tidying fails', async () => {
    const house = new House()
    await house.add()
    const fail = () => Promise.reject(new StoreUnavailable('not now'))
    Object.assign(house.storage.users, { note: fail })
    Object.assign(house.storage.sessions, { endAll: fail })
    const who = await house.signedIn()
    const enrolled = await house.keeper.confirmEnrolment(who, house.codeOf(house.keeper.enrolment(who).secret), HOME)
    expect(enrolled?.recoveryCodes).to.have.lengthOf(10)
    const changed = await house.keeper.changePassword(await now(house, enrolled?.token), change, HOME)
    expect((await now(house, changed?.token)).user.passwordHash).to.equal(`hash of ${NEXT}`)
  })

  it("ends one's own sessions and nobody else's", async () => {
    const house = new House()
    await house.add()
    await house.add('bob')
    const [here, there, bob] = [await house.signedIn(), await house.signedIn(), await house.signedIn('bob')]
    await house.keeper.endSession(here, bob.session.id, HOME)
    await house.keeper.endSession(here, 'no such session', HOME)
    expect(await house.people.resume(bob.token)).to.not.equal(undefined)
    await house.keeper.endSession(here, there.session.id, HOME)
    expect(await house.people.resume(there.token)).to.equal(undefined)
    expect(await house.people.resume(here.token)).to.not.equal(undefined)
  })

  it('LOGIN-021: another password ends the other sessions, renews this one, and is noted', async () => {
    const house = new House()
    await house.add()
    const [here, there] = [await house.signedIn(), await house.signedIn()]
    expect(await house.keeper.changePassword(here, { ...change, current: 'wrong' }, HOME)).to.equal(undefined)
    expect(await refusal(house.keeper.changePassword(here, { ...change, next: 'short' }, HOME))).to.be.instanceOf(InvalidInput)
    const renewed = await house.keeper.changePassword(here, change, HOME)
    expect(await house.people.resume(there.token)).to.equal(undefined)
    expect(await house.people.resume(here.token)).to.equal(undefined)
    const who = await now(house, renewed?.token)
    expect(await eventsOf(house, who)).to.deep.equal(['sign-in', 'sign-in', 'sign-in-refused', 'password-changed'])
    expect(await house.signIn('ada', PASSWORD)).to.equal(undefined)
    expect(await house.signIn('ada', NEXT)).to.not.equal(undefined)
  })

  it('of 20 parallel changes of the password one succeeds', async () => {
    const house = new House((storage) => slow(storage, 8), 1000)
    await house.add()
    const who = await house.signedIn()
    const outcomes = await times(20, (i) => house.keeper.changePassword(who, { current: PASSWORD, next: `${NEXT} ${i.toString()}` }, HOME))
    const winners = [...outcomes.entries()].filter(([, outcome]) => outcome !== undefined)
    expect(winners).to.have.lengthOf(1)
    expect(await house.signIn('ada', `${NEXT} ${String(winners[0]?.[0])}`)).to.not.equal(undefined)
  })

  it('shows one secret per session until a code confirms it, which then is no code any more', async () => {
    const house = new House()
    await house.add()
    const [who, other] = [await house.signedIn(), await house.signedIn()]
    const { secret, uri } = house.keeper.enrolment(who)
    expect(house.keeper.enrolment(who).secret).to.equal(secret).and.not.equal(house.keeper.enrolment(other).secret)
    expect(uri)
      .to.match(/^otpauth:\/\/totp\/Portcullis:ada\?/)
      .and.include(`secret=${secret}`)
    const otp = house.codeOf(secret)
    expect(await house.keeper.confirmEnrolment(who, otp === '000000' ? '000001' : '000000', HOME)).to.equal(undefined)
    const done = await house.keeper.confirmEnrolment(who, ` ${otp.slice(0, 3)} ${otp.slice(3)} `, HOME)
    expect((await now(house, done?.token)).session.amr).to.deep.equal(['pwd', 'otp', 'mfa'])
    const half = await house.signedIn()
    expect(await house.people.proveSecondFactor({ token: half.token, otp }, HOME)).to.equal(undefined)
    expect(await house.people.resume(other.token)).to.not.equal(undefined)
    expect(await refusal(house.keeper.confirmEnrolment(await now(house, done?.token), otp, HOME))).to.be.instanceOf(InvalidInput)
  })

  it('of 20 parallel confirmations one tells recovery codes, and these are the ones that count', async () => {
    const house = new House((storage) => slow(storage, 9), 1000)
    await house.add()
    const who = await house.signedIn()
    const otp = house.codeOf(house.keeper.enrolment(who).secret)
    const told = (await times(20, () => house.keeper.confirmEnrolment(who, otp, HOME))).filter((outcome) => outcome !== undefined)
    expect(told).to.have.lengthOf(1)
    const half = await house.signedIn()
    const code = told[0]?.recoveryCodes[9] ?? ''
    expect(await house.people.proveSecondFactor({ token: half.token, otp: code }, HOME)).to.not.equal(undefined)
  })

  it('makes other recovery codes with the password; the old ones are worth nothing', async () => {
    const house = new House()
    await house.add()
    const { codes } = await house.enrol()
    const proved = await house.people.proveSecondFactor({ token: (await house.signedIn()).token, otp: codes[0] ?? '' }, HOME)
    const who = await now(house, proved?.token)
    expect(await house.keeper.renewRecoveryCodes(who, 'wrong', HOME)).to.equal(undefined)
    const fresh = await house.keeper.renewRecoveryCodes(who, PASSWORD, HOME)
    const prove = async (otp = '') => house.people.proveSecondFactor({ token: (await house.signedIn()).token, otp }, HOME)
    expect(await prove(codes[1])).to.equal(undefined)
    expect(await prove(fresh?.[1])).to.not.equal(undefined)
    expect(await house.keeper.disableSecondFactor(who, 'wrong', HOME)).to.equal(undefined)
    const off = await house.keeper.disableSecondFactor(who, PASSWORD, HOME)
    expect((await now(house, off?.token)).session.amr).to.deep.equal(['pwd'])
    expect((await house.signedIn()).session).to.not.have.property('pending')
    expect(await eventsOf(house, who)).to.include.members([
      'second-factor-enabled',
      'recovery-code-used',
      'recovery-codes-renewed',
      'second-factor-disabled',
    ])
  })

  it('counts the current password like a sign-in', async () => {
    const house = new House()
    await house.add()
    const who = await house.signedIn()
    for (let i = 0; i < 10; i++) await house.keeper.changePassword(who, { ...change, current: 'wrong' }, HOME)
    expect(await refusal(house.keeper.changePassword(who, change, HOME))).to.be.instanceOf(TooManyAttempts)
    expect(await refusal(house.signIn('ada', PASSWORD, ELSEWHERE))).to.be.instanceOf(TooManyAttempts)
  })
})
