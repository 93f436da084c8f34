import { expect } from 'chai'
import { InvalidInput } from '../../domain/errors.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { failure } from '../contracts/opened.js'
import { expectErrorPage, expectTokens } from '../support/answers.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, authorizeUrl, freshCode, pkce, Visitor } from '../support/visitor.js'

const WEB = 'https://rp.test/cb'

/** Asked for by a client that registered https://rp.test/cb alone. */
const STRANGERS: readonly (readonly [string, readonly string[]])[] = [
  ['REDIR-006 RFC 9700 §4.1.3: another scheme', ['http://rp.test/cb', 'HTTPS://rp.test/cb', 'com.rp.test:/cb']],
  [
    'REDIR-007 RFC 9700 §4.1.3, RFC 3986 §6.2.1: a port, the default one too',
    ['https://rp.test:8443/cb', 'https://rp.test:443/cb', 'https://rp.test:/cb'],
  ],
  [
    'REDIR-008 RFC 9700 §4.1.3: another path',
    ['/cb/', '/cb/x', '/cbx', '/c', '/', '', '/CB', '/%63b', '/x/../cb', '//cb', '/cb;x'].map((path) => `https://rp.test${path}`),
  ],
  ['REDIR-010 RFC 9700 §4.1.3: a query or a fragment', ['?x=1', '?', '#', '#x', '?code=ATTACKER&state=st'].map((tail) => WEB + tail)],
  [
    'REDIR-020 OAuth2.1 §7.12: blanks and control characters around it',
    [' ', '\t', '\n', '\0'].flatMap((blank) => [blank + WEB, WEB + blank]),
  ],
  [
    'REDIR-020 OAuth2.1 §7.12: a host that looks like it',
    [
      'https://rp.test\u3002/cb',
      'https://rp\u3002test/cb',
      'https://rp.t\u0435st/cb',
      'https://xn--rp-test/cb',
      'https://rp.test.evil.test/cb',
    ],
  ],
  ['RFC 9700 §2.1: user information', ['https://evil:pw@rp.test/cb', 'https://rp.test@evil.test/cb', 'https://rp.test:443@evil.test/cb']],
  [
    'RFC 9700 §2.1: what a URL parser would make the same',
    ['https:rp.test/cb', 'https:/rp.test/cb', 'https:\\\\rp.test/cb', '//rp.test/cb', '/cb'],
  ],
  ['RFC 9700 §4.1.3: something else', ['https://evil.test/cb', 'javascript:alert(1)', 'data:text/html,x', 'x'.repeat(7_000)]],
]

/** Asked for by a client that registered http://127.0.0.1/cb alone. */
const NOT_LOOPBACK: readonly (readonly [string, readonly string[]])[] = [
  [
    'REDIR-027 RFC 8252 §7.3: only the port floats',
    [
      ...['http://127.0.0.1:5000/other', 'http://localhost:5000/cb', 'http://[::1]:5000/cb', 'http://127.0.0.2:5000/cb'],
      ...['https://127.0.0.1:5000/cb', 'http://127.1:5000/cb', 'http://2130706433:5000/cb', 'http://127.0.0.1:5000/cb?x=1'],
    ],
  ],
  [
    'REDIR-029 RFC 9700 §4.1.3: nothing hides behind it',
    [
      ...['http://127.0.0.1:80@evil.test/cb', 'http://127.0.0.1.evil.test:80/cb', 'http://localhost:pw@evil.test/cb'],
      ...['http://127.0.0.1:99999/cb', 'http://127.0.0.1:/cb', 'http://127.0.0.1:80%23@evil.test/cb', 'http://127.0.0.1:80#@evil.test/cb'],
    ],
  ],
]

onEachStore('where the authorization endpoint sends people', (store) => {
  let server: TestServer
  let web: ClientWithSecret
  let native: ClientWithSecret
  const open = { isPublic: true, grants: ['authorization_code', 'refresh_token'] } as const
  before(async () => {
    server = await store.start()
    web = await server.client()
    native = await server.client({ ...open, redirectUris: ['http://127.0.0.1/cb'] })
  })
  after(() => server.stop())

  const refuses = (client: () => ClientWithSecret, [what, uris]: readonly [string, readonly string[]]) =>
    it(`${what} is a page that leads nowhere`, async () => {
      for (const uri of uris) {
        const visitor = new Visitor()
        const page = await visitor.get(authorizeUrl(server.issuer, client(), pkce(), { redirect_uri: uri }))
        expectErrorPage(page, 400, 'evil.test')
        expect(page.headers.getSetCookie(), uri).to.deep.equal([])
      }
    })
  for (const row of STRANGERS) refuses(() => web, row)
  for (const row of NOT_LOOPBACK) refuses(() => native, row)

  it('REDIR-001 RFC 9700 §2.1: the registered bytes are accepted, and come back unchanged', async () => {
    for (const uri of [WEB, 'https://rp.test/cb?tenant=1&x=%7e', 'https://rp.test:443/cb', 'com.example.app:/cb']) {
      const client = await server.client({ redirectUris: [uri, 'https://rp.test/other'] })
      const { redirect, ...code } = await freshCode(server.issuer, client)
      expect(redirect.href.startsWith(`${uri.replace(':443', '')}${uri.includes('?') ? '&' : '?'}code=`)).to.equal(true)
      const form = { grant_type: 'authorization_code', code: code.code, code_verifier: code.verifier, redirect_uri: uri }
      expectTokens(await askToken(server.issuer, client, form))
    }
  })

  for (const [row, registered, asked] of [
    ['REDIR-024', 'http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb'],
    ['REDIR-025', 'http://[::1]/cb', 'http://[::1]:61023/cb'],
    ['REDIR-028', 'http://localhost/cb', 'http://localhost:49152/cb'],
    ['REDIR-028', 'http://localhost/cb', 'http://localhost:1/cb'],
    ['REDIR-028', 'http://localhost/cb', 'http://localhost:65535/cb'],
  ] as const)
    it(`${row} RFC 8252 §7.3: ${asked} is accepted for ${registered}, and is where the code goes`, async () => {
      const client = await server.client({ ...open, redirectUris: [registered] })
      const { redirect, ...code } = await freshCode(server.issuer, client, { parameters: { redirect_uri: asked } })
      expect(redirect.href.startsWith(`${asked}?code=pc_ac_`)).to.equal(true)
      const form = { grant_type: 'authorization_code', code: code.code, code_verifier: code.verifier, redirect_uri: asked }
      expectTokens(await askToken(server.issuer, client, form))
    })

  it('RFC 6749 §3.1.2.3: may be left out when one is registered, and only then', async () => {
    const two = await server.client({ redirectUris: [WEB, 'https://rp.test/other'] })
    expectErrorPage(await new Visitor().get(authorizeUrl(server.issuer, two, pkce(), { redirect_uri: undefined })), 400, 'rp.test')
    const { redirect } = await freshCode(server.issuer, web, { parameters: { redirect_uri: undefined } })
    expect(redirect.href.startsWith(`${WEB}?code=`)).to.equal(true)
  })

  for (const uri of ['https://*.rp.test/cb', 'https://rp.test/*', '.*', 'myapp:/cb', 'https://rp.test/cb#x', 'http://rp.test/cb'])
    it(`REDIR-021 REDIR-031 RFC 9700 §4.1.3, RFC 8252 §7.1: ${uri} cannot be registered`, async () => {
      expect(await failure(() => server.client({ redirectUris: [uri] }))).to.be.instanceOf(InvalidInput)
    })

  it('REDIR-034 RFC 9700 §4.1.3: a fragment that the browser carries along leaves the parameters as they are', async () => {
    const { redirect } = await freshCode(server.issuer, web)
    expect(redirect.href).to.not.include('#')
    // RFC 9110 §10.2.2: a Location without a fragment inherits the one of the request.
    const carried = new URL(redirect.href)
    carried.hash = '#xyz&code=ATTACKER&state=S2'
    expect(carried.search).to.equal(redirect.search)
    expect(carried.searchParams.getAll('code')).to.deep.equal(redirect.searchParams.getAll('code'))
  })
})
