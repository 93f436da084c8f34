import { expect } from 'chai'
import { TooManyAttempts } from '../../domain/errors.js'
import { after, HOUR, MINUTE, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { wrongCodes } from '../support/wrong-codes.js'
import { HOME, House, PASSWORD, refusal, times } from './people-fixture.js'

describe('signing in', () => {
  it('an unknown name, a wrong password and a disabled person are all nobody', async () => {
    const house = new House()
    await house.add()
    await house.add('gone', { disabledAt: NOW })
    expect(await house.signIn('nobody')).to.equal(undefined)
    expect(await house.signIn('ada', 'wrong')).to.equal(undefined)
    expect(await house.signIn('gone')).to.equal(undefined)
    expect(house.verified).to.equal(3)
    expect((await house.signIn())?.session)
      .to.include({ authTime: house.now })
      .and.not.have.property('pending')
  })

  it('LOGIN-009 ASVS 3.2.1: gives another session at sign-in, and the one before ends', async () => {
    const house = new House()
    await house.add()
    const first = await house.signedIn()
    const second = await house.people.signIn({ username: 'ada', password: PASSWORD, previous: first.token }, HOME)
    expect(second?.token)
      .to.match(/^[\w-]{43}$/)
      .and.not.equal(first.token)
    expect(await house.people.resume(first.token)).to.equal(undefined)
    expect((await house.people.resume(second?.token ?? ''))?.user.username).to.equal('ada')
  })

  it('says in the log and to the person what was let in and what was refused', async () => {
    const house = new House()
    const { id } = await house.add()
    await house.signIn('ada', 'wrong')
    await house.signedIn()
    for (let i = 0; i < 9; i++) await house.signIn('ada', 'wrong')
    await refusal(house.signIn('ada', 'wrong'))
    const outcomes = house.events.map(({ outcome, reason }) => [outcome, reason])
    expect(outcomes.slice(0, 2)).to.deep.equal([
      ['refused', undefined],
      ['ok', undefined],
    ])
    expect(outcomes.at(-1)).to.deep.equal(['refused', 'too many attempts'])
    const events = (await house.storage.users.find(id))?.events ?? []
    expect(events.slice(0, 2)).to.deep.equal([
      { event: 'sign-in-refused', at: NOW, address: HOME.address },
      { event: 'sign-in', at: NOW, address: HOME.address },
    ])
  })
})

describe('a second factor at sign-in', () => {
  it('LOGIN-026: half signed in is nobody, for a quarter of an hour', async () => {
    const house = new House()
    await house.add()
    await house.enrol()
    const half = await house.signedIn()
    expect(half.session.pending).to.equal('otp')
    expect(await house.people.resume(half.token)).to.equal(undefined)
    expect(await house.people.confirmPassword({ token: half.token, password: PASSWORD }, HOME)).to.equal(undefined)
    expect((await house.people.halfSignedIn(half.token))?.user.username).to.equal('ada')
    house.pass(15 * MINUTE)
    expect(await house.people.halfSignedIn(half.token)).to.equal(undefined)
  })

  it('renews the session with amr, and a code is accepted within one step of the clock, once', async () => {
    const house = new House()
    await house.add()
    const { secret } = await house.enrol()
    for (const drift of [-30_000, 0, 30_000]) {
      const at = house.now
      house.pass(10 * MINUTE + drift)
      const otp = house.codeOf(secret)
      house.now = new Date(at.getTime() + 10 * MINUTE)
      const half = await house.signedIn()
      const whole = await house.people.proveSecondFactor({ token: half.token, otp }, HOME)
      expect(whole?.session.amr, drift.toString()).to.deep.equal(['pwd', 'otp', 'mfa'])
      expect(whole?.session).to.not.have.property('pending')
      expect(whole?.session.authTime).to.deep.equal(house.now)
      expect(await house.people.halfSignedIn(half.token)).to.equal(undefined)
      const again = await house.signedIn()
      expect(await house.people.proveSecondFactor({ token: again.token, otp }, HOME)).to.equal(undefined)
    }
    const late = house.codeOf(secret)
    house.pass(90_000)
    const half = await house.signedIn()
    expect(await house.people.proveSecondFactor({ token: half.token, otp: late }, HOME)).to.equal(undefined)
  })

  it('takes no code older than the newest that was accepted (RFC 6238 §5.2)', async () => {
    const house = new House()
    await house.add()
    const { secret } = await house.enrol()
    const older = house.codeOf(secret)
    house.pass(30_000)
    const newer = house.codeOf(secret)
    const prove = async (otp: string) => house.people.proveSecondFactor({ token: (await house.signedIn()).token, otp }, HOME)
    expect(await prove(newer)).to.not.equal(undefined)
    expect(await prove(older)).to.equal(undefined)
  })

  for (const what of ['one-time code', 'recovery code'] as const) {
    it(`LOGIN-026: of 50 parallel uses of one ${what} one is accepted`, async () => {
      const house = new House((storage) => slow(storage, 7), 1000)
      await house.add()
      const { secret, codes } = await house.enrol()
      const otp = what === 'recovery code' ? (codes[3] ?? '') : house.codeOf(secret)
      const halves = await times(50, () => house.signedIn())
      const outcomes = await times(50, (i) => house.people.proveSecondFactor({ token: halves[i]?.token ?? '', otp }, HOME))
      const [winner, ...others] = outcomes.filter((outcome) => outcome !== undefined)
      expect(others).to.deep.equal([])
      expect(winner?.session.amr).to.deep.equal(what === 'recovery code' ? ['pwd', 'mfa'] : ['pwd', 'otp', 'mfa'])
    })
  }

  it('LOGIN-026: is throttled like a password, and the person who is signed in is not disturbed', async () => {
    const house = new House()
    await house.add()
    const whole = await house.signedIn()
    const { secret } = await house.enrol()
    const half = await house.signedIn()
    for (const otp of wrongCodes(10, secret, house.now.getTime()))
      expect(await house.people.proveSecondFactor({ token: half.token, otp }, HOME)).to.equal(undefined)
    const refused = await refusal(house.people.proveSecondFactor({ token: half.token, otp: house.codeOf(secret) }, HOME))
    expect(refused).to.be.instanceOf(TooManyAttempts)
    expect(await refusal(house.signIn())).to.be.instanceOf(TooManyAttempts)
    expect((await house.people.resume(whole.token))?.user.username).to.equal('ada')
  })

  for (const isThere of [true, false])
    it(`a second factor that was shown earlier ${isThere ? 'counts' : 'and taken away since counts no more'} when the password is shown again`, async () => {
      const house = new House()
      const { id } = await house.add()
      const { secret } = await house.enrol()
      const half = await house.signedIn()
      const whole = await house.people.proveSecondFactor({ token: half.token, otp: house.codeOf(secret) }, HOME)
      if (!isThere) await house.storage.users.change(id, { secondFactor: null })
      house.pass(20 * MINUTE)
      const confirmed = await house.people.confirmPassword({ token: whole?.token ?? '', password: PASSWORD }, HOME)
      expect(confirmed?.session.amr).to.deep.equal(isThere ? ['pwd', 'otp', 'mfa'] : ['pwd'])
      expect(confirmed?.session.authTime).to.deep.equal(new Date((whole?.session.authTime.getTime() ?? 0) + 20 * MINUTE))
    })

  it('a code that is shown long after the password does not make the password fresh', async () => {
    const house = new House()
    await house.add()
    const whole = await house.signedIn()
    const { secret } = await house.enrol()
    house.pass(20 * MINUTE)
    const shown = await house.people.proveSecondFactor({ token: whole.token, otp: house.codeOf(secret) }, HOME)
    expect(shown?.session.amr).to.deep.equal(['pwd', 'otp', 'mfa'])
    expect(shown?.session.authTime).to.deep.equal(whole.session.authTime)
  })
})

describe('a session', () => {
  it('LOGIN-017 ASVS 3.3: ends when idle, and in the end in any case', async () => {
    const house = new House()
    await house.add()
    const idle = await house.signedIn()
    house.pass(HOUR)
    expect(await house.people.resume(idle.token)).to.equal(undefined)
    const busy = await house.signedIn()
    const end = new Date(house.now.getTime() + 24 * HOUR)
    while (house.now < end) {
      expect(await house.people.resume(busy.token)).to.not.equal(undefined)
      house.pass(50 * MINUTE)
    }
    expect(await house.people.resume(busy.token)).to.equal(undefined)
  })

  it('LOGIN-017: a renewal that is no sign-in does not make it last longer', async () => {
    const house = new House()
    await house.add()
    const { secret } = await house.enrol()
    const half = await house.signedIn()
    const first = await house.people.proveSecondFactor({ token: half.token, otp: house.codeOf(secret) }, HOME)
    const token = first?.token ?? ''
    expect(first?.session.expiresAt).to.deep.equal(new Date(house.now.getTime() + 24 * HOUR))
    for (let hours = 0; hours < 23; hours++) {
      house.pass(HOUR - 1)
      expect(await house.people.resume(token)).to.not.equal(undefined)
    }
    const shown = await house.people.proveSecondFactor({ token, otp: house.codeOf(secret) }, HOME)
    expect(shown?.session.expiresAt).to.deep.equal(first?.session.expiresAt)
    const confirmed = await house.people.confirmPassword({ token: shown?.token ?? '', password: PASSWORD }, HOME)
    expect(confirmed?.session.expiresAt).to.deep.equal(new Date(house.now.getTime() + 24 * HOUR))
  })

  it('LOGIN-021: is worth nothing once the person is disabled or the epoch has moved on', async () => {
    const house = new House()
    const { id } = await house.add()
    for (const change of [{ disabledAt: after(1) }, { endSessions: true }]) {
      await house.storage.users.change(id, { disabledAt: null })
      const { token } = await house.signedIn()
      await house.storage.users.change(id, change)
      expect(await house.people.resume(token)).to.equal(undefined)
    }
  })
})
