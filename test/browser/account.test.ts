import { expect } from 'chai'
import { PASSWORD } from '../support/server.js'
import { introspect, redeem, refresh } from '../support/visitor.js'
import type { Guest } from './guest.js'
import { MINUTE, Stage } from './stage.js'

const NEW_PASSWORD = 'an even better password'

describe('the account page in Chromium, with JavaScript off', function () {
  this.timeout(60_000)
  let stage: Stage
  let guest: Guest
  let username: string

  before(async function () {
    stage = await Stage.open(this)
  })
  after(() => (stage as Stage | undefined)?.close())
  beforeEach(async () => {
    username = await stage.person()
    guest = await stage.guest()
  })
  afterEach(() => guest.leave())

  async function signedIn(): Promise<Guest> {
    const other = await stage.guest()
    await other.go('/login')
    await other.signIn(username)
    return other
  }

  it('CONS-010: an app that is withdrawn is gone, with its tokens and the code on its way', async () => {
    const { issuer } = stage.server
    const client = await stage.server.client({ name: 'Withdrawn app' })
    const verifier = await guest.begin(client)
    await guest.signIn(username)
    await guest.allow()
    const { body: tokens } = await redeem(issuer, client, { code: (await guest.answer()).get('code') ?? '', verifier })
    const later = await guest.begin(client)
    const onItsWay = { code: (await guest.answer()).get('code') ?? '', verifier: later }

    await guest.go('/account')
    await guest.press(guest.page.getByRole('button', { name: /Withdraw access\s+of Withdrawn app/ }))
    expect(await guest.text()).to.include('The app can no longer use your account.')
    expect(await guest.page.locator('form[action$="/apps/revoke"]').count()).to.equal(0)
    expect((await refresh(issuer, client, tokens['refresh_token'])).body['error']).to.equal('invalid_grant')
    expect((await introspect(issuer, client, tokens['access_token'])).body['active']).to.equal(false)
    expect((await redeem(issuer, client, onItsWay)).body['error']).to.equal('invalid_grant')
  })

  it('a session that is ended from another browser is over at its next page', async () => {
    const other = await signedIn()
    await guest.go('/login')
    await guest.signIn(username)
    const sessions = guest.page.locator('li', { has: guest.page.locator('form[action$="/sessions/end"]') })
    expect(await sessions.count()).to.equal(2)
    expect(await sessions.filter({ hasText: 'This browser' }).count()).to.equal(1)
    await guest.press(sessions.filter({ hasNotText: 'This browser' }).getByRole('button'))
    expect(await guest.text()).to.include('The session has ended.')
    await other.go('/account')
    expect([other.path, guest.path]).to.deep.equal(['/login', '/account'])
    await other.leave()
  })

  it('LOGIN-021: a changed password ends the other sessions and keeps this one', async () => {
    const other = await signedIn()
    await guest.go('/login')
    await guest.signIn(username)
    await guest.fill('/account/password', { current_password: 'a wrong password', new_password: NEW_PASSWORD })
    expect(await guest.page.getByRole('alert').textContent()).to.include('The current password is not right.')
    await guest.fill('/account/password', { current_password: PASSWORD, new_password: NEW_PASSWORD })
    expect(await guest.text()).to.include('Your password is changed')
    await other.go('/account')
    expect(other.path).to.equal('/login')
    await other.signIn(username)
    expect(other.path).to.equal('/login')
    await other.signIn(username, NEW_PASSWORD)
    expect([other.path, (await other.text()).includes('Password changed')]).to.deep.equal(['/account', true])
    await other.leave()
  })

  it('LOGIN-021: somebody who is disabled has to sign in at the next page, and cannot', async () => {
    await guest.go('/login')
    await guest.signIn(username)
    await stage.server.administering.disableUser(username, { requestId: 'test', address: 'cli' })
    await guest.go('/account')
    expect(guest.path).to.equal('/login')
    await guest.signIn(username)
    expect(guest.path).to.equal('/login')
  })

  it('after a quarter of an hour it asks for the password again, and comes back', async () => {
    await guest.go('/login')
    await guest.signIn(username)
    stage.wait(16 * MINUTE)
    await guest.fill('/account/otp/enrol', {})
    expect(await guest.heading()).to.equal('Enter your password')
    await guest.page.getByLabel('Password').fill(PASSWORD)
    await guest.submit()
    expect(guest.path).to.equal('/account')
    await guest.fill('/account/otp/enrol', {})
    expect(await guest.heading()).to.equal('Set up a second factor')
  })

  it('signs out, here and for the way back', async () => {
    await guest.go('/login')
    await guest.signIn(username)
    await guest.press(guest.page.getByRole('link', { name: 'Sign out' }))
    await guest.press(guest.page.getByRole('button', { name: 'Sign out' }))
    expect(await guest.heading()).to.equal('You are signed out')
    await guest.go('/account')
    expect(guest.path).to.equal('/login')
  })
})
