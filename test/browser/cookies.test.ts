import { expect } from 'chai'
import { PASSWORD } from '../support/server.js'
import { Visitor } from '../support/visitor.js'
import type { Guest } from './guest.js'
import { HTTPS, overHttps } from './https.js'
import { Stage } from './stage.js'

const HAND_MADE = 'A'.repeat(43)

describe('cookies in Chromium', function () {
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

  const sessionCookie = async (of: Guest): Promise<string | undefined> =>
    (await of.page.context().cookies()).find(({ name }) => name === 'portcullis')?.value

  it('LOGIN-009: a sign-in gives the session a new name, and the old one is nobody', async () => {
    const setByHand = { name: 'portcullis', value: HAND_MADE, url: stage.server.issuer }
    await guest.page.context().addCookies([setByHand])
    await guest.go('/login')
    await guest.signIn('alice')
    const first = await sessionCookie(guest)
    expect(first)
      .to.match(/^[\w-]{43}$/)
      .and.not.equal(HAND_MADE)
    await guest.go('/login?switch=1')
    await guest.signIn('bob')
    expect(await sessionCookie(guest)).not.to.equal(first)
    for (const value of [HAND_MADE, first ?? '']) {
      await guest.page.context().addCookies([{ ...setByHand, value }])
      await guest.go('/account')
      expect(guest.path).to.equal('/login')
    }
  })

  it('BROW-026: over https a cookie tossed by a subdomain, or set without the prefix, has no effect', async function () {
    const secure = await Stage.open(this, { ISSUER: HTTPS })
    try {
      const visitor = await secure.guest()
      const { page } = visitor
      const { port } = secure.server.config.listen
      const value = await sessionOf('bob', port)
      await overHttps(page, port, value)
      await page.goto('https://evil.as.test/')
      expect((await page.context().cookies(HTTPS)).map(({ name }) => name)).to.deep.equal(['portcullis'])
      await visitor.go('/account')
      expect([visitor.path, await visitor.heading()]).to.deep.equal(['/login', 'Sign in'])
      const names = (await page.context().cookies(HTTPS)).map(({ name }) => name)
      expect(names.sort()).to.deep.equal(['__Host-portcullis-browser', 'portcullis'])

      // The same value where no other host can put it: it was alive all along.
      await page.context().addCookies([{ name: '__Host-portcullis', value, url: HTTPS, secure: true }])
      await visitor.go('/account')
      expect(visitor.path).to.equal('/account')
    } finally {
      await secure.close()
    }
  })
})

/** The attacker's own, which is alive. */
async function sessionOf(username: string, port: number): Promise<string> {
  const attacker = new Visitor()
  const page = await attacker.get(`http://localhost:${port.toString()}/login`)
  await attacker.submit(page, { username, password: PASSWORD }, { origin: HTTPS })
  const session = attacker.cookies.get('__Host-portcullis')
  if (session === undefined) throw new Error('the attacker is not signed in')
  return session
}
