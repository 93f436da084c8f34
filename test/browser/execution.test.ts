import { expect } from 'chai'
import type { Guest } from './guest.js'
import { Stage } from './stage.js'

const PAYLOADS = [
  '"><svg onload=alert(1)>',
  `'-alert(1)-'`,
  '</title><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '{{7*7}}${7*7}',
]
const PARAMETERS = [
  'state',
  'scope',
  'client_id',
  'redirect_uri',
  'error',
  'error_description',
  'error_uri',
  'login_hint',
  'ui_locales',
  'display',
  'prompt',
  'user_code',
  'username',
  'nonce',
  'return_to',
  'next',
]
const OPERATOR = { requestId: 'test', address: 'cli' }

/** With scripts on and the policy off, so that only escaping is left to keep anything from running. */
describe('hostile text in Chromium, with JavaScript on and the content security policy off', function () {
  this.timeout(120_000)
  let stage: Stage
  let guest: Guest
  const ran: string[] = []

  before(async function () {
    stage = await Stage.open(this, { LOGIN_ATTEMPTS: '100' })
  })
  after(() => (stage as Stage | undefined)?.close())
  beforeEach(async () => {
    guest = await stage.guest({ javaScriptEnabled: true, bypassCSP: true })
    ran.length = 0
    guest.page.on('dialog', (dialog) => {
      ran.push(dialog.message())
      void dialog.dismiss()
    })
  })
  afterEach(() => guest.leave())

  async function expectNothingRan(what: string): Promise<void> {
    // What a payload would start runs before this does.
    await guest.page.waitForLoadState()
    await guest.page.waitForTimeout(20)
    expect(ran, what).to.deep.equal([])
    expect([new URL(stage.server.issuer).host, 'rp.test'], what).to.include(new URL(guest.page.url()).host)
  }

  it('sees a script that does run', async () => {
    await guest.go('/login')
    await guest.page.evaluate(`document.body.innerHTML = '<img src=x onerror=alert(1)>'`)
    await guest.page.waitForEvent('dialog').catch(() => undefined)
    expect(ran).to.deep.equal(['1'])
  })

  it('BROW-013 OAuth2.1 §7.12: nothing runs that a parameter of a request holds, and it leads nowhere else', async () => {
    const client = await stage.server.client()
    for (const payload of PAYLOADS)
      for (const name of PARAMETERS) {
        await guest.begin(client, { [name]: payload })
        await expectNothingRan(`${name}=${payload}`)
      }
  })

  it('BROW-013 LOGIN-023: nothing runs on any page that takes a parameter, and a form sends nobody elsewhere', async () => {
    for (const payload of [...PAYLOADS, 'https://evil.test/', '//evil.test']) {
      const query = ['return_to', 'next', 'returnTo', 'redirect_uri', 'flow', 'username']
        .map((name) => `${name}=${encodeURIComponent(payload)}`)
        .join('&')
      for (const path of ['/login', '/login/otp', '/scopes', '/logout', '/account', '/account/confirm', '/nowhere']) {
        await guest.go(`${path}?${query}`)
        await expectNothingRan(`${path} ${payload}`)
      }
      await guest.go(`/login?${query.replace(/flow=[^&]*&/, '')}`)
      await guest.signIn(payload, 'a wrong password')
      await guest.page.waitForSelector('[role=alert]')
      await expectNothingRan(`the user name ${payload}`)
    }
    await guest.go('/login?return_to=https%3A%2F%2Fevil.test%2F&next=%2F%2Fevil.test')
    await guest.signIn('alice')
    await guest.page.waitForURL('**/account')
    expect(guest.path).to.equal('/account')
  })

  it('BROW-012 OAuth2.1 §7.12: nothing runs that a client, a scope, a resource or a person is called, and all of it is shown as it is', async () => {
    const name = PAYLOADS.join(' ')
    const uri = 'https://api.test/"><svg/onload=alert(1)>'
    await stage.server.administering.createScope({ name: 'hostile', description: name }, OPERATOR)
    await stage.server.administering.createResource({ uri, name, scopes: [] }, OPERATOR)
    const username = await stage.person({ username: PAYLOADS[0]!, name })
    const client = await stage.server.client({ name, scopes: ['hostile'], defaultScopes: ['hostile'], resources: [uri] })
    // What an operator changes is seen within a second.
    stage.wait(2_000)
    await guest.begin(client, { scope: 'hostile', resource: uri })
    await expectNothingRan('sign-in')
    await guest.signIn(username)
    await guest.page.waitForSelector('button[value=allow]')
    await expectNothingRan('approval')
    expect(await guest.text())
      .to.include(name)
      .and.include(uri)
    await guest.allow()
    await guest.answer()
    await guest.go('/account')
    await expectNothingRan('account')
    expect(await guest.text())
      .to.include(name)
      .and.include(username)
  })
})
