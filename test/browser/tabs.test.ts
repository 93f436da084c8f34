import { expect } from 'chai'
import type { Guest } from './guest.js'
import { MINUTE, Stage } from './stage.js'

describe('tabs, reloads and ways back in Chromium, with JavaScript off', function () {
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

  it('two tabs do not disturb each other, and signing in once is enough', async () => {
    const tab = await stage.tab(guest)
    await guest.begin(await stage.server.client({ name: 'First app' }), { state: 'first' })
    await tab.begin(await stage.server.client({ name: 'Second app' }), { state: 'second' })
    await guest.signIn('bob')
    await tab.page.reload()
    expect(await tab.heading()).to.match(/Second app/)
    await tab.allow()
    await guest.allow()
    expect([(await guest.answer()).get('state'), (await tab.answer()).get('state')]).to.deep.equal(['first', 'second'])
  })

  it('LOGIN-020: a question that was put to alice is not answered by bob', async () => {
    await guest.begin(await stage.server.client())
    await guest.signIn('alice')
    const tab = await stage.tab(guest)
    await tab.go('/logout')
    await tab.submit()
    await tab.go('/login')
    await tab.signIn('bob')
    const refused = guest.page.waitForResponse((response) => response.request().method() === 'POST')
    await guest.allow()
    expect((await refused).status()).to.equal(403)
    expect(guest.page.url()).not.to.include('code=')
    expect(await guest.heading()).to.equal('This form is no longer valid')
  })

  it('BROW-021 CONS-005: going back after approving asks again at most, and gives no second code', async () => {
    await guest.begin(await stage.server.client())
    await guest.signIn('bob')
    await guest.allow()
    await guest.answer()
    await guest.page.goBack()
    const again = guest.page.locator('button[value=allow]')
    if ((await again.count()) > 0) await guest.allow()
    expect(await guest.heading()).to.equal('This sign-in is over')
    expect(guest.page.url()).not.to.include('code=')
  })

  it('BROW-021: reloading the sign-in and the question shows them again, and going back to the sign-in leads on', async () => {
    await guest.begin(await stage.server.client())
    expect((await guest.page.reload())?.status()).to.equal(200)
    await guest.signIn('bob')
    expect(await guest.heading()).to.match(/Allow Test client/)
    await guest.page.waitForLoadState()
    expect((await guest.page.reload())?.status()).to.equal(200)
    await guest.page.goBack()
    expect(await guest.heading()).to.match(/Allow Test client/)
    await guest.allow()
    expect((await guest.answer()).has('code')).to.equal(true)
  })

  it('LOGIN-016: a flow that has expired says so, and sends nobody anywhere', async () => {
    await guest.begin(await stage.server.client())
    stage.wait(31 * MINUTE)
    const answered = guest.page.waitForResponse((response) => response.request().method() === 'POST')
    await guest.signIn('bob')
    expect([(await answered).status(), await guest.heading()]).to.deep.equal([400, 'This sign-in is over'])
    expect(await guest.text()).to.include('start again')
    expect(new URL(guest.page.url()).origin).to.equal(stage.server.issuer)
  })

  it('LOGIN-015: the flow of one browser is worth nothing in another', async () => {
    await guest.begin(await stage.server.client())
    const other = await stage.guest()
    const { pathname, search } = new URL(guest.page.url())
    expect([await other.go(pathname + search), await other.heading()]).to.deep.equal([400, 'This sign-in is over'])
    expect(await other.text()).not.to.include('Test client')
    await other.leave()
    await guest.signIn('bob')
    await guest.allow()
    expect((await guest.answer()).has('code')).to.equal(true)
  })
})
