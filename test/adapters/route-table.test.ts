import { expect } from 'chai'
import type supertest from 'supertest'
import { pagesOf } from '../../adapters/http/pages/routes.js'
import { CLIENT, csrfOf, ports, REQUEST, serve, SETTINGS, signIn, World } from './pages-fixture.js'
import { A_FACTOR, OTP, PASSWORD } from './pages-people.js'

type Form = Readonly<Record<string, string>>

/** What is answered: a status, and where a redirect leads; F is the flow of this browser, O that of another one. */
interface Row {
  readonly route: string
  readonly form?: Form
  /** Where a person finds the form, when the one on /logout has another token. */
  readonly formOn?: string
  readonly nobody: string
  readonly half: string
  readonly whole: string
  /** With somebody else's flow, session or app in its place; by a person who is signed in. */
  readonly others?: { readonly route?: string; readonly form?: Form; readonly answer: string }
  /** Without the token, and from another site; 403 unless it says otherwise. */
  readonly unproved?: string
}

const onAccount = (path: string, form: Form, whole: string, others?: Row['others']): Row => ({
  route: `POST /account/${path}`,
  form,
  nobody: '403',
  half: '303 /login/otp',
  whole,
  ...(others && { others }),
})
const signing = { username: 'bob', password: PASSWORD }
const asking = { client_id: CLIENT.id, redirect_uri: 'https://rp.test/cb?of=1' }
const asked = `303 /authorize?client_id=${CLIENT.id}&redirect_uri=https%3A%2F%2Frp.test%2Fcb%3Fof%3D1`

const TABLE: readonly Row[] = [
  {
    route: 'GET /authorize?flow=F',
    nobody: '303 /login?flow=F',
    half: '303 /login/otp?flow=F',
    whole: '303 /scopes?flow=F',
    others: { route: '/authorize?flow=O', answer: '400' },
  },
  { route: 'POST /authorize', form: asking, nobody: asked, half: asked, whole: asked, unproved: asked },
  { route: 'GET /login', nobody: '200', half: '200', whole: '303 /account', others: { route: '/login?flow=O', answer: '400' } },
  {
    route: 'POST /login',
    form: signing,
    formOn: '/login?switch=1',
    nobody: '303 /account',
    half: '303 /account',
    whole: '303 /account',
    others: { route: '/login?flow=O', answer: '400' },
  },
  {
    route: 'GET /login/otp',
    nobody: '303 /login',
    half: '200',
    whole: '303 /account',
    others: { route: '/login/otp?flow=O', answer: '400' },
  },
  {
    route: 'POST /login/otp?flow=F',
    form: { otp: OTP },
    formOn: '/login?switch=1',
    nobody: '303 /login?flow=F',
    half: '303 /authorize?flow=F',
    whole: '303 /authorize?flow=F',
    others: { route: '/login/otp?flow=O', answer: '400' },
  },
  {
    route: 'GET /scopes?flow=F',
    nobody: '303 /authorize?flow=F',
    half: '303 /authorize?flow=F',
    whole: '200',
    others: { route: '/scopes?flow=O', answer: '400' },
  },
  {
    route: 'POST /scopes?flow=F',
    form: { decision: 'allow' },
    formOn: '/scopes?flow=F',
    nobody: '403',
    half: '403',
    whole: '303 https://rp.test/cb?of=1&code=pc_ac_code&state=a%20b%26c&iss=http%3A%2F%2Flocalhost',
    others: { route: '/scopes?flow=O', answer: '400' },
  },
  { route: 'GET /logout', nobody: '200', half: '200', whole: '200' },
  { route: 'POST /logout', form: {}, nobody: '303 /logout', half: '303 /logout', whole: '303 /logout' },
  { route: 'GET /account', nobody: '303 /login', half: '303 /login/otp', whole: '200' },
  { route: 'GET /account/confirm', nobody: '303 /login', half: '303 /login/otp', whole: '303 /account' },
  onAccount('confirm', { password: PASSWORD }, '303 /account'),
  onAccount('apps/revoke', { client_id: CLIENT.id }, '303 /account?withdrawn'),
  onAccount('sessions/end', { session: 'S' }, '303 /account?session-ended'),
  onAccount('sessions/end-others', {}, '303 /account?others-ended'),
  onAccount('password', { current_password: PASSWORD, new_password: 'another horse' }, '303 /account?password-changed'),
  {
    route: 'GET /account/otp/enrol?flow=F',
    nobody: '303 /authorize?flow=F',
    half: '303 /authorize?flow=F',
    whole: '200',
    others: { route: '/account/otp/enrol?flow=O', answer: '400' },
  },
  onAccount('otp/enrol', {}, '303 /account/otp/enrol'),
  onAccount('otp/confirm', { otp: OTP }, '200', { route: '/account/otp/confirm?flow=O', answer: '400' }),
  onAccount('otp/disable', { current_password: PASSWORD }, '303 /account'),
  onAccount('otp/recovery-codes', { current_password: PASSWORD }, '303 /account'),
]

class Browser {
  readonly world = new World()
  readonly agent = serve(this.world)
  #names: readonly (readonly [string, string])[] = []

  static async of(who: 'nobody' | 'half' | 'whole'): Promise<Browser> {
    const browser = new Browser()
    const flowOf = async (agent: supertest.Agent) => String((await agent.get(REQUEST)).headers['location']).replace('/login?flow=', '')
    browser.#names = [
      ['F', await flowOf(browser.agent)],
      ['O', await flowOf(serve(browser.world))],
    ]
    if (who === 'half') browser.world.secondFactor = A_FACTOR
    if (who !== 'nobody') await signIn(browser.agent)
    return browser
  }

  async tokenFor({ formOn = '/logout' }: Row): Promise<string> {
    return csrfOf(await this.agent.get(this.#address(formOn)))
  }

  async headersOf({ route }: Row, headers: Form): Promise<Record<string, string | undefined>> {
    const [method = '', path = ''] = route.split(' ')
    const asks = method === 'GET' ? this.agent.get(this.#address(path)) : this.agent.post(this.#address(path)).type('form')
    return (await asks.set(headers).send()).headers
  }

  async ask({ route, form, unproved }: Row, headers: Form = {}, token?: string): Promise<string> {
    const [method = '', path = ''] = route.split(' ')
    const address = this.#address(path)
    const asks = method === 'GET' ? this.agent.get(address) : this.agent.post(address).type('form')
    const sent = form && { ...form, ...(token !== undefined && unproved === undefined && { _csrf: token }) }
    const { status, headers: answer } = await asks.set(headers).send(sent)
    const location = (answer as Record<string, string | undefined>)['location']
    return location === undefined ? status.toString() : `${status.toString()} ${this.#named(location)}`
  }

  get state() {
    return { sessions: [...this.world.sessions.keys()], events: [...this.world.events] }
  }

  #address(path: string): string {
    return path.replace(/(?<=flow=)[FO]$/, (name) => this.#names.find(([known]) => known === name)?.[1] ?? '')
  }

  #named(location: string): string {
    return this.#names.reduce((text, [name, flow]) => text.replace(`flow=${flow}`, `flow=${name}`), location)
  }
}

describe('the table of routes', () => {
  it('has every page', () => {
    const methods = Object.entries(pagesOf(ports(new World()), SETTINGS)).flatMap(([path, { get, post }]) => [
      ...(get ? [`GET ${path}`] : []),
      ...(post ? [`POST ${path}`] : []),
    ])
    expect(TABLE.map(({ route }) => route.replace(/\?.*/, '')).sort()).to.deep.equal(methods.sort())
  })

  for (const row of TABLE) {
    const isPost = row.form !== undefined
    for (const who of ['nobody', 'half', 'whole'] as const) {
      it(`${row.route}, ${who === 'nobody' ? 'with no session' : `${who === 'half' ? 'half' : 'wholly'} signed in`}: ${row[who]}`, async () => {
        const browser = await Browser.of(who)
        const token = isPost ? await browser.tokenFor(row) : undefined
        const before = browser.state
        expect(await browser.ask(row, {}, token)).to.equal(row[who])
        if (!isPost || row[who] === '403' || row[who] === '303 /login/otp') expect(browser.state).to.deep.equal(before)
      })
    }

    it(`BROW-003 BROW-009 BROW-018: ${row.route} cannot be framed, sniffed, or read by another site`, async () => {
      const browser = await Browser.of('whole')
      const headers = await browser.headersOf(row, { Origin: 'https://evil.test' })
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).to.deep.equal([])
      expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cache-control': 'no-store' })
      expect(headers['content-security-policy']).to.include("default-src 'none'").and.include("frame-ancestors 'none'")
      expect(headers['content-type']).to.include('charset=utf-8')
      expect(headers).to.not.have.any.keys('server', 'x-powered-by')
    })

    const { others } = row
    if (others !== undefined) {
      it(`${row.route}, with what is somebody else's: ${others.answer}`, async () => {
        const browser = await Browser.of('whole')
        const token = isPost ? await browser.tokenFor(row) : undefined
        const before = browser.state
        const route = `${isPost ? 'POST' : 'GET'} ${others.route ?? ''}`
        expect(await browser.ask({ ...row, route }, {}, token)).to.equal(others.answer)
        expect(browser.state).to.deep.equal(before)
      })
    }

    if (!isPost) continue
    const refused = row.unproved ?? '403'
    const unproved: readonly (readonly [string, Form, boolean])[] = [
      ['without the token', {}, false],
      ['from a foreign origin', { Origin: 'https://evil.test' }, true],
      ['from another site', { 'Sec-Fetch-Site': 'cross-site' }, true],
    ]
    for (const [how, headers, hasToken] of unproved) {
      it(`LOGIN-011 RFC 9700 §4.7: ${row.route} ${how}: ${refused}, and nothing happens`, async () => {
        const browser = await Browser.of('whole')
        const token = hasToken ? await browser.tokenFor(row) : undefined
        const before = browser.state
        expect(await browser.ask(row, headers, token)).to.equal(refused)
        expect(browser.state).to.deep.equal(before)
      })
    }
  }
})
