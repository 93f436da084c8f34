import { expect } from 'chai'
import { PASSWORD, type TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, authorizeUrl, freshCode, passThrough, pkce, redeem, refresh, Visitor } from '../support/visitor.js'
import { decodeJwt } from 'jose'

const API = 'https://api.test/mcp'
const OTHER_API = 'https://api2.test/'

/** A running server sees a change within one second. */
const seenByRunningServers = (): Promise<void> => new Promise((seen) => setTimeout(seen, 1_000))

onEachStore('the authorization endpoint', (store) => {
  let server: TestServer
  const source = { requestId: 'test', address: 'cli' }
  before(async () => {
    server = await store.start()
    for (const uri of [API, OTHER_API]) await server.administering.createResource({ uri, name: uri, scopes: [] }, source)
  })
  after(() => server.stop())

  const errorOf = async (parameters: Readonly<Record<string, string | undefined>>, draft = {}): Promise<URL> => {
    const client = await server.client(draft)
    const page = await new Visitor().get(authorizeUrl(server.issuer, client, pkce(), parameters))
    expect(page.status).to.equal(303)
    const location = new URL(page.location ?? '')
    expect(location.origin + location.pathname).to.equal('https://rp.test/cb')
    expect(location.searchParams.getAll('state')).to.deep.equal(['S1'])
    expect(location.searchParams.getAll('iss')).to.deep.equal([server.issuer])
    expect(location.searchParams.has('code')).to.equal(false)
    expect(location.hash).to.equal('')
    return location
  }

  const refusals: readonly (readonly [string, string, Readonly<Record<string, string | undefined>>])[] = [
    ['AUTHZ-005 RFC 6749 §3.1.1: without response_type', 'invalid_request', { response_type: undefined }],
    ['RFC 6749 §4.1.2.1: another response_type', 'unsupported_response_type', { response_type: 'token' }],
    ['PKCE-002 RFC 7636 §4.4.1: without a challenge', 'invalid_request', { code_challenge: undefined }],
    ['PKCE-004 RFC 7636 §4.4.1: plain', 'invalid_request', { code_challenge_method: 'plain' }],
    ['PKCE-005 RFC 7636 §4.3: without a method', 'invalid_request', { code_challenge_method: undefined }],
    ['PKCE-007 RFC 7636 §4.4.1: a method without a challenge', 'invalid_request', { code_challenge: '' }],
    ['PKCE-008 RFC 7636 §4.2: a challenge of 42 characters', 'invalid_request', { code_challenge: 'A'.repeat(42) }],
    ['PKCE-008 RFC 7636 §4.2: a challenge with =', 'invalid_request', { code_challenge: `${'A'.repeat(42)}=` }],
    ['AUTHZ-024 RFC 9101 §7: request', 'request_not_supported', { request: 'a.b.c' }],
    ['AUTHZ-024 RFC 9101 §7: request_uri', 'request_uri_not_supported', { request_uri: 'https://collab.test/r.jwt' }],
    ['AUTHZ-025: another response_mode', 'invalid_request', { response_mode: 'fragment' }],
    ['RFC 6749 §3.3: a scope that is not assigned', 'invalid_scope', { scope: 'admin' }],
    ['RFC 6749 §3.3: two spaces', 'invalid_scope', { scope: 'read  write' }],
    ['AUTHZ-035: 1,000 scopes', 'invalid_scope', { scope: Array.from({ length: 1000 }, (_, i) => `s${i.toString()}`).join(' ') }],
    ['RFC 8707 §2: an unknown resource', 'invalid_target', { resource: 'https://unknown.test/' }],
  ]
  for (const [name, error, parameters] of refusals) {
    it(`${name} is ${error}, by redirect with state and iss`, async () => {
      expect((await errorOf(parameters)).searchParams.getAll('error')).to.deep.equal([error])
    })
  }

  it('AUTHZ-008 RFC 6749 §4.1.2.1: a client without the grant is unauthorized_client', async () => {
    const client = await server.client()
    await server.administering.updateClient(client.client.id, { grants: ['client_credentials'] }, source)
    await seenByRunningServers()
    const page = await new Visitor().get(authorizeUrl(server.issuer, client, pkce()))
    expect(new URL(page.location ?? '').searchParams.get('error')).to.equal('unauthorized_client')
  })

  const pages: readonly (readonly [string, (url: string) => string])[] = [
    ['AUTHZ-003: an unknown client', (url) => url.replace(/client_id=[^&]*/, 'client_id=%3Cscript%3E')],
    ['AUTHZ-014: client_id twice', (url) => `${url}&client_id=x`],
    ['AUTHZ-015: redirect_uri twice', (url) => `${url}&redirect_uri=https%3A%2F%2Fevil.test%2Fcb`],
    [
      'AUTHZ-026: a wrong redirect_uri beside other mistakes',
      (url) => url.replace('rp.test', 'evil.test').replace('response_type=code', 'response_type=token'),
    ],
    ['REDIR-020: a redirect_uri with a line break', (url) => url.replace('%2Fcb', '%2Fcb%0d%0aX:1')],
    ['BROW-003: nothing at all', (url) => url.replace(/\?.*/, '')],
  ]
  for (const [name, spoil] of pages) {
    it(`${name} is a page that leads nowhere`, async () => {
      const url = spoil(authorizeUrl(server.issuer, await server.client(), pkce()))
      const page = await new Visitor().get(url)
      expect([page.status, page.location]).to.deep.equal([400, undefined])
      expect(page.text).to.not.include('<script>')
      expect(page.headers.get('x-frame-options')).to.equal('DENY')
    })
  }

  it('AUTHZ-013 RFC 6749 §3.1: unknown parameters are ignored', async () => {
    const client = await server.client()
    const url = authorizeUrl(server.issuer, client, pkce(), { foo: 'bar', prompt: 'none', nonce: 'n' })
    expect((await passThrough(new Visitor(), url)).searchParams.get('code')).to.match(/^pc_ac_/)
  })

  it('RESP-002: without state the answer has none', async () => {
    const client = await server.client()
    const { redirect } = await freshCode(server.issuer, client, { parameters: { state: undefined } })
    expect(redirect.searchParams.has('state')).to.equal(false)
  })

  it('AUTHZ-011 RFC 6749 §3.3: an omitted scope is the default one; without one, invalid_scope', async () => {
    const client = await server.client({ defaultScopes: ['write'] })
    const code = await freshCode(server.issuer, client, { parameters: { scope: undefined } })
    expect((await redeem(server.issuer, client, code)).body['scope']).to.equal('write')
    expect((await errorOf({ scope: undefined }, { defaultScopes: [] })).searchParams.get('error')).to.equal('invalid_scope')
  })

  it('RFC 8707 §2: resources decide aud, are bound to the grant and may only narrow', async () => {
    const client = await server.client({ resources: [API, OTHER_API] })
    const url = `${authorizeUrl(server.issuer, client, pkce())}&resource=${encodeURIComponent(OTHER_API)}`
    const proof = pkce()
    const both = `${authorizeUrl(server.issuer, client, proof, { resource: API })}&resource=${encodeURIComponent(OTHER_API)}`
    expect((await new Visitor().get(url)).status).to.equal(303)
    const code = (await passThrough(new Visitor(), both)).searchParams.get('code') ?? ''
    const first = await redeem(server.issuer, client, { code, verifier: proof.verifier })
    expect(decodeJwt(String(first.body['access_token'])).aud).to.deep.equal([API, OTHER_API])
    const token = first.body['refresh_token']
    const narrowed = await refresh(server.issuer, client, token, { resource: API })
    expect(decodeJwt(String(narrowed.body['access_token'])).aud).to.equal(API)
    const wider = await refresh(server.issuer, client, narrowed.body['refresh_token'], { resource: server.issuer })
    expect([wider.status, wider.body['error']]).to.deep.equal([400, 'invalid_target'])
    const ignored = await refresh(server.issuer, client, narrowed.body['refresh_token'], { audience: 'https://payroll.test', aud: 'x' })
    expect(decodeJwt(String(ignored.body['access_token'])).aud).to.deep.equal([API, OTHER_API])
  })

  it('CC-004 CC-005 AT-007: client_credentials has the default scope, sub = client_id, no refresh token, and no scope beyond its own', async () => {
    const client = await server.client()
    const answer = await askToken(server.issuer, client, { grant_type: 'client_credentials' })
    expect(answer.body).to.include({ scope: 'read' }).and.not.have.property('refresh_token')
    expect(decodeJwt(String(answer.body['access_token'])).sub).to.equal(client.client.id)
    const wider = await askToken(server.issuer, client, { grant_type: 'client_credentials', scope: 'admin' })
    expect(wider.body['error']).to.equal('invalid_scope')
  })

  it('RFC 6749 §10.10: past CLIENT_ATTEMPTS wrong secrets it is 429 with Retry-After', async () => {
    const strict = await store.start({ CLIENT_ATTEMPTS: '3' })
    try {
      const client = await strict.client()
      const statuses: number[] = []
      for (let i = 0; i < 4; i++) {
        statuses.push((await askToken(strict.issuer, { ...client, secret: 'a wrong secret' }, { grant_type: 'client_credentials' })).status)
      }
      expect(statuses).to.deep.equal([401, 401, 401, 429])
    } finally {
      await strict.stop()
    }
  })

  it('AUTHZ-001: POST is answered with 303 to the same request by GET, without cookies', async () => {
    const client = await server.client()
    const url = new URL(authorizeUrl(server.issuer, client, pkce()))
    const page = await new Visitor().post(`${server.issuer}/authorize`, Object.fromEntries(url.searchParams), {
      origin: 'https://elsewhere.test',
    })
    expect([page.status, page.headers.getSetCookie()]).to.deep.equal([303, []])
    expect(Object.fromEntries(new URL(page.location ?? '').searchParams)).to.deep.equal(Object.fromEntries(url.searchParams))
  })

  it('LOGIN-015 LOGIN-016: a flow is of no use in another browser, nor twice', async () => {
    const client = await server.client()
    const [visitor, stranger] = [new Visitor(), new Visitor()]
    const begun = await visitor.get(authorizeUrl(server.issuer, client, pkce()))
    const login = begun.location ?? ''
    const flow = new URL(login).searchParams.get('flow') ?? ''
    await stranger.submit(await stranger.get(`${server.issuer}/login`), { username: 'bob', password: PASSWORD })
    expect((await stranger.get(`${server.issuer}/authorize?flow=${flow}`)).status).to.equal(400)
    const approval = await visitor.follow(await visitor.submit(await visitor.get(login), { username: 'alice', password: PASSWORD }))
    expect((await visitor.submit(approval, { decision: 'allow' })).location).to.include('code=')
    const again = await visitor.get(`${server.issuer}/authorize?flow=${flow}`)
    expect([again.status, again.location]).to.deep.equal([400, undefined])
  })

  it('REDIR-032: a redirect URI that was removed meanwhile gets nothing', async () => {
    const client = await server.client({ redirectUris: ['https://rp.test/cb', 'https://rp.test/gone'] })
    const visitor = new Visitor()
    const url = authorizeUrl(server.issuer, client, pkce(), { redirect_uri: 'https://rp.test/gone' })
    const login = await visitor.follow(await visitor.get(url))
    const approval = await visitor.follow(await visitor.submit(login, { username: 'alice', password: PASSWORD }))
    await server.administering.updateClient(client.client.id, { redirectUris: ['https://rp.test/cb'] }, source)
    await seenByRunningServers()
    const refused = await visitor.submit(approval, { decision: 'allow' })
    expect([refused.status >= 400, refused.location]).to.deep.equal([true, undefined])
  })
})
