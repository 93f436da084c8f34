import { expect } from 'chai'
import { expectErrorPage, expectErrorRedirect, expectTokens } from '../support/answers.js'
import { seenByRunningServers } from '../support/seen.js'
import { PASSWORD, type TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, authorizeUrl, freshCode, passThrough, pkce, redeem, refresh, Visitor } from '../support/visitor.js'
import { decodeJwt } from 'jose'

const API = 'https://api.test/mcp'
const OTHER_API = 'https://api2.test/'

onEachStore('the authorization endpoint', (store) => {
  let server: TestServer
  const source = { requestId: 'test', address: 'cli' }
  before(async () => {
    server = await store.start()
    for (const uri of [API, OTHER_API]) await server.administering.createResource({ uri, name: uri, scopes: [] }, source)
  })
  after(() => server.stop())

  it('AUTHZ-008 RESP-003 RFC 6749 §4.1.2.1: a client without the grant is unauthorized_client', async () => {
    const client = await server.client()
    await server.administering.updateClient(client.client.id, { grants: ['client_credentials'] }, source)
    await seenByRunningServers()
    const page = await new Visitor().get(authorizeUrl(server.issuer, client, pkce()))
    expectErrorRedirect(page, 'unauthorized_client', server)
  })

  it('AUTHZ-001 RESP-001 RFC 6749 §3.1, §4.1.1: a request without a session leads to a sign-in page here, and from there to one code', async () => {
    const client = await server.client()
    const proof = pkce()
    const visitor = new Visitor()
    const redirect = encodeURIComponent('https://rp.test/cb')
    const url = `${server.issuer}/authorize?response_type=code&client_id=${encodeURIComponent(client.client.id)}&redirect_uri=${redirect}&scope=read&state=S1&code_challenge=${proof.challenge}&code_challenge_method=S256`
    const first = await visitor.get(url)
    expect(first.status).to.equal(303)
    expect(first.location).to.match(new RegExp(`^${server.issuer}/login\\?flow=`))
    const login = await visitor.get(first.location ?? '')
    expect(login.status).to.equal(200)
    expect(login.headers.get('content-type')).to.match(/^text\/html/)
    expect(login.text).to.include('name="password"')
    const approval = await visitor.follow(await visitor.submit(login, { username: 'alice', password: PASSWORD }))
    expect(approval.text).to.include('name="decision"')
    const done = await visitor.submit(approval, { decision: 'allow' })
    expect([done.status, done.location?.startsWith('https://rp.test/cb?code=pc_ac_')]).to.deep.equal([303, true])
    const { searchParams, hash } = new URL(done.location ?? '')
    expect([...searchParams.keys()].sort()).to.deep.equal(['code', 'iss', 'state'])
    expect([searchParams.get('state'), searchParams.get('iss'), hash]).to.deep.equal(['S1', server.issuer, ''])
    const code = { code: searchParams.get('code') ?? '', verifier: proof.verifier }
    expectTokens(await redeem(server.issuer, client, code))
  })

  it('AUTHZ-013 RFC 6749 §3.1: unknown parameters are ignored, those of OpenID among them', async () => {
    const client = await server.client()
    for (const extra of [
      { foo: 'bar', utm_source: 'x' },
      { prompt: 'none', nonce: 'n', max_age: '0', login_hint: 'alice', display: 'page' },
    ])
      expectTokens(await redeem(server.issuer, client, await freshCode(server.issuer, client, { parameters: extra })))
  })

  it('RESP-002 RFC 6749 §4.1.2: without state, or with an empty one, the answer has none', async () => {
    const client = await server.client()
    for (const state of [undefined, '']) {
      const { redirect } = await freshCode(server.issuer, client, { parameters: { state } })
      expect([...redirect.searchParams.keys()]).to.deep.equal(['code', 'iss'])
    }
  })

  it('AUTHZ-011 RFC 6749 §3.3: an omitted scope is the default one; without one, invalid_scope', async () => {
    const client = await server.client({ defaultScopes: ['write'] })
    const code = await freshCode(server.issuer, client, { parameters: { scope: undefined } })
    const answer = await redeem(server.issuer, client, code)
    expectTokens(answer)
    expect(answer.body['scope']).to.equal('write')
    const bare = await server.client({ defaultScopes: [] })
    const page = await new Visitor().get(authorizeUrl(server.issuer, bare, pkce(), { scope: undefined }))
    expectErrorRedirect(page, 'invalid_scope', server)
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

  it('REDIR-032 RFC 9700 §4.1.3: a redirect URI that was removed meanwhile gets nothing', async () => {
    const client = await server.client({ redirectUris: ['https://rp.test/cb', 'https://rp.test/gone'] })
    const visitor = new Visitor()
    const url = authorizeUrl(server.issuer, client, pkce(), { redirect_uri: 'https://rp.test/gone' })
    const login = await visitor.follow(await visitor.get(url))
    const approval = await visitor.follow(await visitor.submit(login, { username: 'alice', password: PASSWORD }))
    await server.administering.updateClient(client.client.id, { redirectUris: ['https://rp.test/cb'] }, source)
    await seenByRunningServers()
    expectErrorPage(await visitor.submit(approval, { decision: 'allow' }), 400, 'https://rp.test/gone')
    expect(await server.storage.grants.list({ clientId: client.client.id }, new Date())).to.deep.equal([])
  })
})
