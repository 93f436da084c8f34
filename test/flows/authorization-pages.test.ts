import { expect } from 'chai'
import { request } from 'node:http'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorPage, expectTokens } from '../support/answers.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, freshCode, pkce, redeem, Visitor, type Page } from '../support/visitor.js'

const EVIL = 'https://evil.test/cb'
const HOSTILE = '"><script>alert(1)</script>'

onEachStore('requests to the authorization endpoint that prove nothing', (store) => {
  let server: TestServer
  let client: ClientWithSecret
  before(async () => {
    server = await store.start()
    client = await server.client()
  })
  after(() => server.stop())

  const urlWith = (parameters: Readonly<Record<string, string | undefined>> = {}) => authorizeUrl(server.issuer, client, pkce(), parameters)
  const get = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> => new Visitor().get(url, headers)
  const twice = (name: string, first: string, second: string) =>
    `${urlWith({ [name]: first })}&${new URLSearchParams({ [name]: second }).toString()}`

  it('AUTHZ-003 RFC 6749 §4.1.2.1: an unknown, missing or empty client_id is a page, with nothing of it unescaped', async () => {
    for (const id of ['unknown-client', HOSTILE, "' OR 1=1--", undefined, ''])
      expectErrorPage(await get(urlWith({ client_id: id })), 400, HOSTILE, 'rp.test')
  })

  it('AUTHZ-014 RFC 6749 §3.1: client_id twice is a page, be it the same or not', async () => {
    const { id } = client.client
    const other = (await server.client()).client.id
    for (const [first, second] of [
      [id, id],
      [id, other],
      [other, id],
      ['unknown', id],
    ] as const)
      expectErrorPage(await get(twice('client_id', first, second)), 400)
  })

  it('AUTHZ-015 RFC 9700 §4.1.3: redirect_uri twice is a page, in either order', async () => {
    for (const [first, second] of [
      ['https://rp.test/cb', EVIL],
      [EVIL, 'https://rp.test/cb'],
      ['https://rp.test/cb', 'https://rp.test/cb'],
    ] as const)
      expectErrorPage(await get(twice('redirect_uri', first, second)), 400, 'evil.test')
  })

  it('AUTHZ-026 RFC 6749 §4.1.2.1: a wrong redirect_uri wins over all other mistakes', async () => {
    const mistakes = { redirect_uri: EVIL, scope: 'bogus', response_type: 'token', code_challenge: undefined, request: 'a.b.c' }
    expectErrorPage(await get(urlWith(mistakes)), 400, 'evil.test')
  })

  it('AUTHZ-020 OAuth2.1 §3.1: no script of another origin reads an answer, preflights included', async () => {
    const headers = { origin: 'https://spa.test', 'access-control-request-method': 'GET' }
    for (const method of ['GET', 'OPTIONS'])
      for (const url of [urlWith(), urlWith({ client_id: 'unknown' }), `${server.issuer}/authorize`]) {
        const response = await fetch(url, { method, headers, redirect: 'manual' })
        expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).to.deep.equal([])
      }
  })

  it('AUTHZ-022 RFC 9110 §15.5.15: a query string of 64 KiB is refused, and the server goes on', async () => {
    const { status } = await get(urlWith({ state: 'x'.repeat(65_536) }))
    expect(status).to.be.oneOf([400, 414, 431])
    expect((await get(urlWith())).status).to.equal(303)
  }).timeout(20_000)

  it('AUTHZ-033 RFC 6749 §4.1.1: what stands in the fragment or in cookies is as good as absent', async () => {
    const { search } = new URL(urlWith())
    const cookie = search.slice(1).replaceAll('&', '; ')
    expectErrorPage(await get(`${server.issuer}/authorize`, { cookie }), 400)
    expectErrorPage(await get(`${server.issuer}/authorize?${search.split('&').at(-1) ?? ''}`, { cookie }), 400)
    const { hostname, port } = new URL(server.issuer)
    const status = await new Promise((answered, failed) => {
      const sent = request({ hostname, port, path: `/authorize#${search.slice(1)}` }, (response) => answered(response.resume().statusCode))
      sent.on('error', failed).end()
    })
    expect(status).to.be.oneOf([400, 404])
  })

  it('AUTHZ-029 OAuth2.1 §7.12: line breaks and NUL in any parameter are refused, and inject no header', async () => {
    for (const name of ['state', 'scope', 'client_id', 'redirect_uri', 'code_challenge', 'resource', 'foo'])
      for (const smuggled of ['\0', '\r\nSet-Cookie:x=1', '\r\nLocation: https://evil.test/', '\nSet-Cookie:x=1', '\u0085x', '\u2028x']) {
        const value = name === 'redirect_uri' ? 'https://rp.test/cb' : name === 'client_id' ? client.client.id : 'read'
        const page = await get(urlWith({ [name]: value + smuggled }))
        expect(page.status, `${name} ${JSON.stringify(smuggled)}`).to.be.oneOf([303, 400])
        if (/[^\u2028x]/.test(smuggled)) expectErrorPage(page, 400, 'evil.test')
        expect(page.headers.getSetCookie().filter((line) => line.startsWith('x=1'))).to.deep.equal([])
        expect(page.location ?? '').to.not.include('evil.test')
      }
  })

  it('AUTHZ-030 OAuth2.1 §7.12: tricks on parsers are unknown parameters or a page, and change nothing for the next', async () => {
    const tricks = ['scope[]=a', 'state[x]=1', '__proto__[admin]=1', 'constructor[prototype][x]=1', 'client_id[$ne]=x', '__proto__=x']
    for (const trick of tricks) expect((await get(`${urlWith()}&${trick}`)).status, trick).to.equal(303)
    for (const trick of ['client_id[$ne]=x', 'client_id[]=x', 'client_id.$ne=x'])
      expectErrorPage(await get(`${urlWith({ client_id: undefined })}&${trick}`), 400)
    const many = Array.from({ length: 5000 }, (_, i) => `p${i}=${i}`).join('&')
    expect((await get(`${urlWith()}&${many}`)).status).to.be.oneOf([400, 414, 431])
    const page = await new Visitor().post(`${server.issuer}/authorize`, Object.fromEntries(new URLSearchParams(many)))
    expect(page.status).to.be.oneOf([400, 413])
    for (const name of ['admin', 'x']) expect(({} as Record<string, unknown>)[name]).to.equal(undefined)
    expectTokens(await redeem(server.issuer, client, await freshCode(server.issuer, client)))
  }).timeout(20_000)

  it('AUTHZ-035 OAuth2.1 §7.12: 5,000 scopes, or a state or nonce of 100 kB, never reach a person', async () => {
    const scope = Array.from({ length: 5000 }, (_, i) => `scope-${i}`).join(' ')
    for (const extra of [{ scope }, { state: 'x'.repeat(100_000) }, { nonce: 'x'.repeat(100_000) }]) {
      const form = Object.fromEntries(new URL(urlWith(extra)).searchParams)
      const page = await new Visitor().post(`${server.issuer}/authorize`, form)
      expect(page.status).to.be.oneOf([400, 413])
      expect(page.location).to.equal(undefined)
      expect(page.text.length).to.be.lessThan(10_000)
      expect((await get(urlWith(extra))).status).to.be.oneOf([400, 414, 431])
    }
  }).timeout(20_000)

  it('BROW-003 RFC 9700 §4.16: no parameter at all is a page that nobody can frame', async () => {
    expectErrorPage(await get(`${server.issuer}/authorize`), 400)
  })
})
