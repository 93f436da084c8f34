import { expect } from 'chai'
import { setTimeout as wait } from 'node:timers/promises'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, freshCode, introspect, pkce, redeem, refresh, Visitor } from '../support/visitor.js'
import { fullService } from './full-service.js'

const OUTAGE_MS = 2_500
const RECOVERY_MS = 10_000

/** A store that can be switched off: then every call of every repository fails, as when its server is gone. */
function switchable(state: { isDown: boolean }) {
  const breakable = <T extends object>(repository: T): T =>
    new Proxy(repository, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: unknown[]): unknown =>
          state.isDown && name !== 'close' ? Promise.reject(new StoreUnavailable('switched off')) : Reflect.apply(member, target, args)
      },
    })
  return (storage: Storage): Storage =>
    Object.fromEntries(
      Object.entries(storage).map(([name, repository]: [string, object]) => [name, breakable(repository)]),
    ) as unknown as Storage
}

const operationsOf = ({ running }: TestServer): string => `http://127.0.0.1:${running.operationsPort}`

onEachStore('while the store is down', (store) => {
  const state = { isDown: false }
  let server: TestServer
  before(async () => {
    server = await store.start({}, switchable(state))
  })
  afterEach(() => {
    state.isDown = false
  })
  after(() => server.stop())

  const operations = (path: string): Promise<Response> => fetch(`${operationsOf(server)}${path}`)

  it('CONC-018: /token is 503 with Retry-After and JSON, and the same code and refresh token work afterwards', async () => {
    const client = await server.client()
    const code = await freshCode(server.issuer, client)
    const token = (await redeem(server.issuer, client, await freshCode(server.issuer, client))).body['refresh_token']
    state.isDown = true
    for (const answer of [await redeem(server.issuer, client, code), await refresh(server.issuer, client, token)]) {
      expect([answer.status, answer.body['error']]).to.deep.equal([503, 'temporarily_unavailable'])
      expect(answer.headers.get('retry-after')).to.match(/^[1-9]\d*$/)
      expect(answer.headers.get('cache-control')).to.equal('no-store')
    }
    state.isDown = false
    expect((await redeem(server.issuer, client, code)).status).to.equal(200)
    expect((await refresh(server.issuer, client, token)).status).to.equal(200)
  })

  it('CONC-020: pages are 503 with Retry-After, a heading and their headers, and nobody is sent away', async () => {
    const client = await server.client()
    const visitor = new Visitor()
    await freshCode(server.issuer, client, { visitor })
    const login = await new Visitor().get(`${server.issuer}/login`)
    state.isDown = true
    const pages = [
      await visitor.get(authorizeUrl(server.issuer, client, pkce())),
      await visitor.get(`${server.issuer}/account`),
      await new Visitor().get(`${server.issuer}/scopes?flow=${'A'.repeat(43)}`, { cookie: `portcullis-browser=${'B'.repeat(43)}` }),
    ]
    for (const page of pages) {
      expect([page.status, page.url, page.location]).to.deep.equal([503, page.url, undefined])
      expect(page.headers.get('retry-after')).to.match(/^[1-9]\d*$/)
      expect(page.headers.get('content-security-policy')).to.include("frame-ancestors 'none'")
      expect(page.text).to.include('<h1')
    }
    expect(login.status).to.equal(200)
  })

  it('CONC-021: metadata, keys and /livez are answered from memory, /readyz is 503', async () => {
    const urls = [`${server.issuer}/.well-known/oauth-authorization-server`, `${server.issuer}/.well-known/jwks.json`]
    const before = await Promise.all(urls.map(async (url) => (await fetch(url)).text()))
    state.isDown = true
    for (const [i, url] of urls.entries()) {
      const answer = await fetch(url)
      expect([answer.status, await answer.text()]).to.deep.equal([200, before[i]])
    }
    expect((await operations('/livez')).status).to.equal(200)
    expect((await operations('/readyz')).status).to.equal(503)
    state.isDown = false
    expect((await operations('/readyz')).status).to.equal(200)
  })

  it('CONC-022: after an outage in which everything was asked for, everything is served within 10 s, without a restart', async () => {
    const client = await server.client()
    const visitor = new Visitor()
    const held = await freshCode(server.issuer, client, { visitor })
    const { body } = await redeem(server.issuer, client, await freshCode(server.issuer, client, { visitor }))
    const over = performance.now() + OUTAGE_MS
    state.isDown = true
    while (performance.now() < over) {
      const statuses = await Promise.all([
        redeem(server.issuer, client, held),
        refresh(server.issuer, client, body['refresh_token']),
        introspect(server.issuer, client, body['access_token']),
        visitor.get(authorizeUrl(server.issuer, client, pkce())),
        operations('/readyz'),
      ])
      expect(statuses.map(({ status }) => status)).to.deep.equal([503, 503, 503, 503, 503])
      await wait(100)
    }

    state.isDown = false
    const since = performance.now()
    await fullService({ issuer: server.issuer, operations: operationsOf(server), client })
    expect((await redeem(server.issuer, client, held)).status).to.equal(200)
    expect((await refresh(server.issuer, client, body['refresh_token'])).status).to.equal(200)
    expect((await visitor.get(authorizeUrl(server.issuer, client, pkce()))).location).to.include('code=')
    expect(performance.now() - since).to.be.lessThan(RECOVERY_MS)
  })
})
