import { expect } from 'chai'
import { PASSWORD } from '../support/server.js'
import type { Guest } from './guest.js'
import { MINUTE, Stage } from './stage.js'

describe('a person in Chromium, with JavaScript off', function () {
  this.timeout(60_000)
  let stage: Stage
  let guest: Guest

  before(async function () {
    stage = await Stage.open(this)
  })
  after(() => (stage as Stage | undefined)?.close())
  beforeEach(async () => {
    guest = await stage.guest()
  })
  afterEach(() => guest.leave())

  it('AUTHZ-001 BROW-007 BROW-012 BROW-023: signs in after a wrong password, approves and arrives at the client', async () => {
    const names = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '{{7*7}}', '${7*7}'].join(' ')
    await guest.begin(await stage.server.client({ name: names }))
    await guest.signIn('alice', 'a wrong password')
    expect(await guest.page.getByRole('alert').textContent()).to.include('The user name or the password is not right.')
    expect(await guest.page.getByLabel('Password').inputValue()).to.equal('')
    await guest.signIn('alice')
    expect(await guest.text())
      .to.include('rp.test')
      .and.include('To read things')
      .and.include(names)
    expect(await guest.page.locator('main script, main img').count()).to.equal(0)
    await guest.allow()
    expect((await guest.answer()).get('code')).to.match(/^pc_ac_/)
  })

  it('AUTHZ-031: Deny arrives at the client too', async () => {
    await guest.begin(await stage.server.client())
    await guest.signIn('bob')
    await guest.deny()
    const answer = await guest.answer()
    expect([answer.get('error'), answer.get('state'), answer.has('code')]).to.deep.equal(['access_denied', 'S1', false])
  })

  it('BROW-025: password managers know the password field', async () => {
    await guest.go('/login')
    const field = guest.page.getByLabel('Password')
    expect([await field.getAttribute('type'), await field.getAttribute('autocomplete')]).to.deep.equal(['password', 'current-password'])
    const form = guest.page.locator('form')
    expect([await form.getAttribute('method'), await form.getAttribute('action')]).to.deep.equal(['post', '/login'])
  })

  it('CONS-008: one scope more is asked for, and marked as new', async () => {
    const client = await stage.server.client()
    await guest.begin(client)
    await guest.signIn(await stage.person())
    await guest.allow()
    await guest.answer()
    await guest.begin(client, { scope: 'read write' })
    const scopes = await guest.page.locator('.scopes li').allInnerTexts()
    expect(scopes.map((text) => text.replaceAll(/\s+/g, ' '))).to.deep.equal(['To read things', 'To write things New'])
    await guest.allow()
    expect((await guest.answer()).get('code')).to.match(/^pc_ac_/)
    await guest.begin(client, { scope: 'read write' })
    expect((await guest.answer()).get('code')).to.match(/^pc_ac_/)
  })

  it('CONS-014: a program on this device is shown as one, before its name', async () => {
    const redirectUris = ['http://127.0.0.1/callback']
    await guest.begin(await stage.server.client({ redirectUris, authMethod: 'none', grants: ['authorization_code'] }))
    await guest.signIn('bob')
    const text = await guest.text()
    expect(text).to.match(/127\.0\.0\.1[^]*program on this device[^]*Allow Test client/)
  })

  it('LOGIN-005: the eleventh wrong password is too many; whoever is signed in stays, and a quarter of an hour later all is well', async () => {
    const username = await stage.person()
    const inside = await stage.guest()
    await inside.go('/login')
    await inside.signIn(username)
    await guest.go('/login')
    for (let tries = 0; tries < 10; tries += 1) await guest.signIn(username, 'a wrong password')
    const refused = guest.page.waitForResponse((response) => response.status() === 429)
    await guest.signIn(username)
    expect(Number((await refused).headers()['retry-after'])).to.be.within(1, 900)
    expect(await guest.text())
      .to.include('too many attempts')
      .and.include('15 minutes')
    expect(await inside.go('/account')).to.equal(200)
    expect(inside.path).to.equal('/account')
    await inside.leave()
    stage.wait(16 * MINUTE)
    await guest.signIn(username)
    expect(guest.path).to.equal('/account')
  })

  it('reads German when the browser asks for it, and what the client asks for before that', async () => {
    const german = await stage.guest({ locale: 'de-AT' })
    const client = await stage.server.client()
    await german.begin(client)
    expect([await german.heading(), await german.page.locator('html').getAttribute('lang')]).to.deep.equal(['Anmelden', 'de'])
    await german.page.getByLabel('Benutzername').fill('alice')
    await german.page.getByLabel('Passwort').fill(PASSWORD)
    await german.page.getByRole('button', { name: 'Anmelden' }).click()
    await german.page.getByRole('button', { name: 'Ablehnen' }).click()
    expect((await german.answer()).get('error')).to.equal('access_denied')
    await german.begin(client, { ui_locales: 'fr en' })
    expect(await german.heading()).to.match(/^Allow Test client/)
    await german.leave()
  })
})
