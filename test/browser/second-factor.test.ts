import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import type { Guest } from './guest.js'
import { Stage } from './stage.js'

describe('a second factor in Chromium, with JavaScript off', function () {
  this.timeout(60_000)
  let stage: Stage
  let guest: Guest
  let username: string
  let secret: string
  let recoveryCodes: readonly string[]

  before(async function () {
    stage = await Stage.open(this)
  })
  after(() => (stage as Stage | undefined)?.close())
  beforeEach(async () => {
    username = await stage.person()
    const owner = await stage.guest()
    await owner.go('/login')
    await owner.signIn(username)
    ;({ secret, recoveryCodes } = await owner.enrol((shown) => stage.nextCode(shown)))
    await owner.leave()
    guest = await stage.guest()
  })
  afterEach(() => guest.leave())

  it('LOGIN-026: after the password alone there is no code and no account; the one-time code leads on, once', async () => {
    await guest.begin(await stage.server.client())
    await guest.signIn(username)
    expect([guest.path, await guest.heading()]).to.deep.equal(['/login/otp', 'Enter your code'])
    const { search } = new URL(guest.page.url())
    for (const skipped of ['/account', `/scopes${search}`, `/authorize${search}`]) {
      await guest.go(skipped)
      expect(guest.path, skipped).to.equal('/login/otp')
    }
    await guest.go(`/login/otp${search}`)
    const otp = stage.nextCode(secret)
    await guest.enter(otp)
    await guest.allow()
    expect((await guest.answer()).get('code')).to.match(/^pc_ac_/)

    const thief = await stage.guest()
    await thief.go('/login')
    await thief.signIn(username)
    await thief.enter(otp)
    expect(await thief.page.getByRole('alert').textContent()).to.include('was used already')
    await thief.leave()
  })

  it('LOGIN-026: ten wrong codes are tried and no more', async () => {
    await guest.go('/login')
    await guest.signIn(username)
    for (let tries = 0; tries < 10; tries += 1) await guest.enter(stage.wrongCode(secret))
    const refused = guest.page.waitForResponse((response) => response.status() === 429)
    await guest.enter(stage.nextCode(secret))
    expect(Number((await refused).headers()['retry-after'])).to.be.greaterThan(0)
    await guest.go('/account')
    expect(guest.path).to.equal('/login/otp')
  })

  it('a recovery code stands in for the device, once, and the account says how many are left', async () => {
    expect(recoveryCodes).to.have.lengthOf(10)
    const [first = '', second = ''] = recoveryCodes
    await guest.go('/login')
    await guest.signIn(username)
    await guest.enter(first)
    expect(guest.path).to.equal('/account')
    expect(await guest.text()).to.include('9 recovery codes are left.')
    await guest.page.context().clearCookies()
    await guest.go('/login')
    await guest.signIn(username)
    await guest.enter(first)
    expect([guest.path, await guest.heading()]).to.deep.equal(['/login/otp', 'Enter your code'])
    await guest.enter(second)
    expect(await guest.text()).to.include('8 recovery codes are left.')
    // Events of a sign-in are written beside its answer.
    const shown = async () => (await guest.go('/account'), guest.text())
    expect(await eventually(shown, (text) => text.includes('Recovery code used'))).to.include('Recovery code used')
  })
})
