import { expect } from 'chai'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { inTime } from '../support/fault-proxy-load.js'
import type { FaultKind } from '../support/fault-proxy-plan.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'
import { deploy, type Deployment } from '../support/process.js'
import { authorizeUrl, freshCode, pkce, redeem, refresh, Visitor } from '../support/visitor.js'

const OUTAGES: readonly FaultKind[] = ['swallow', 'refuse', 'cut', 'not-primary', 'shutdown']

onEachMongo('while a MongoDB store is down', (mongo) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let proxy: FaultProxy
  let deployment: Deployment
  before(async () => {
    database = await freshDatabase(mongo)
    proxy = await startFaultProxy(database.uri)
    deployment = await deploy(1, { STORE: proxy.uri(new URL(database.uri).pathname.slice(1)) })
  })
  afterEach(() => proxy.clear())
  after(async () => {
    await deployment.stop()
    await proxy.stop()
    await database.drop()
  })

  const operations = async (path: string): Promise<number> => (await inTime(fetch(`${deployment.servers[0]!.operations}${path}`))).status

  for (const kind of OUTAGES)
    it(`CONC-018 CONC-021: ${kind}: 503 with Retry-After in time, what needs no store goes on, and everything works afterwards without a restart`, async function () {
      this.timeout(60_000)
      const { client, servers } = deployment
      const { issuer } = servers[0]!
      const visitor = new Visitor()
      const code = await freshCode(issuer, client, { visitor })
      const token = (await redeem(issuer, client, await freshCode(issuer, client, { visitor }))).body['refresh_token']
      const memory = [`${issuer}/.well-known/oauth-authorization-server`, `${issuer}/.well-known/jwks.json`]
      const texts = () => Promise.all(memory.map(async (url) => (await inTime(fetch(url))).text()))
      const before = await texts()
      proxy.inject({ command: '*', kind, ms: 60_000 })

      const [redeemed, refreshed, page, ready] = await Promise.all([
        inTime(redeem(issuer, client, code)),
        inTime(refresh(issuer, client, token)),
        inTime(visitor.get(authorizeUrl(issuer, client, pkce()))),
        operations('/readyz'),
      ])
      for (const answer of [redeemed, refreshed])
        expect([answer.status, answer.body['error']]).to.deep.equal([503, 'temporarily_unavailable'])
      for (const { headers } of [redeemed, refreshed, page]) expect(headers.get('retry-after')).to.match(/^[1-9]\d*$/)
      expect([page.status, page.location, ready]).to.deep.equal([503, undefined, 503])
      expect(page.text).to.include('<h1')
      expect(await operations('/livez')).to.equal(200)
      expect(await texts()).to.deep.equal(before)

      proxy.clear()
      while ((await operations('/readyz')) !== 200) await new Promise((later) => setTimeout(later, 50))
      const again = [await redeem(issuer, client, code), await refresh(issuer, client, token)]
      expect(again.map(({ status }) => status)).to.deep.equal([200, 200])
      expect((await visitor.get(authorizeUrl(issuer, client, pkce()))).location).to.include('code=')
    })

  it('CONC-018 a store that answers each command after 1.8 s: every request is answered in time, whatever it asks of the store', async function () {
    this.timeout(60_000)
    const { client, servers } = deployment
    const { issuer } = servers[0]!
    const visitor = new Visitor()
    const code = await freshCode(issuer, client, { visitor })
    proxy.inject({ command: '*', kind: 'delay', ms: 1800 })
    const answers = [inTime(redeem(issuer, client, code)), inTime(visitor.get(authorizeUrl(issuer, client, pkce())))]
    for (const { status } of await Promise.all(answers)) expect(status).to.be.oneOf([200, 303, 503])
  })
})
