import { expect } from 'chai'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { inTime } from '../support/fault-proxy-load.js'
import type { FaultKind } from '../support/fault-proxy-plan.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'
import { deploy, type Deployment } from '../support/process.js'
import { PASSWORD } from '../support/server.js'
import { authorizeUrl, freshCode, introspect, pkce, redeem, refresh, revoke, Visitor } from '../support/visitor.js'

const OUTAGES: readonly FaultKind[] = ['swallow', 'refuse', 'cut', 'not-primary', 'shutdown']

onEachProxiedMongo('while a MongoDB store is down', 'several hosts', (mongo) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let proxy: FaultProxy
  let deployment: Deployment
  before(async function () {
    this.timeout(60_000)
    database = await freshDatabase(mongo)
    proxy = await startFaultProxy(database.uri)
    deployment = await deploy(1, { STORE: proxy.uri(database.name) })
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
      const revocable = (await redeem(issuer, client, await freshCode(issuer, client, { visitor }))).body['refresh_token']
      const guest = new Visitor()
      const login = await guest.follow(await guest.get(authorizeUrl(issuer, client, pkce())))
      const approval = await visitor.follow(await visitor.get(authorizeUrl(issuer, client, pkce(), { scope: 'read write' })))
      const signIn = () => guest.submit(login, { username: 'alice', password: PASSWORD })
      const memory = [`${issuer}/.well-known/oauth-authorization-server`, `${issuer}/.well-known/jwks.json`]
      const texts = () => Promise.all(memory.map(async (url) => (await inTime(fetch(url))).text()))
      const before = await texts()
      proxy.inject({ command: '*', kind, ms: 60_000 })

      const [alive, ready, during, answers, pages] = await Promise.all([
        operations('/livez'),
        operations('/readyz'),
        texts(),
        Promise.all(
          [
            redeem(issuer, client, code),
            refresh(issuer, client, token),
            revoke(issuer, client, revocable),
            introspect(issuer, client, token),
          ].map(inTime),
        ),
        Promise.all(
          [visitor.get(authorizeUrl(issuer, client, pkce())), signIn(), visitor.submit(approval, { decision: 'allow' })].map(inTime),
        ),
      ])
      expect([alive, ready, during]).to.deep.equal([200, 503, before])
      for (const { status, body } of answers) expect([status, body['error']]).to.deep.equal([503, 'temporarily_unavailable'])
      for (const { status, location, text } of pages) {
        expect([status, location]).to.deep.equal([503, undefined])
        expect(text).to.include('<h1')
      }
      for (const { headers } of [...answers, ...pages]) expect(headers.get('retry-after')).to.match(/^[1-9]\d*$/)

      proxy.clear()
      while ((await operations('/readyz')) !== 200) await new Promise((later) => setTimeout(later, 50))
      expect((await introspect(issuer, client, revocable)).body['active']).to.equal(true)
      const again = [await redeem(issuer, client, code), await refresh(issuer, client, token), await revoke(issuer, client, revocable)]
      expect(again.map(({ status }) => status)).to.deep.equal([200, 200, 200])
      expect((await introspect(issuer, client, revocable)).body['active']).to.equal(false)
      expect((await signIn()).status).to.equal(303)
      expect((await visitor.submit(approval, { decision: 'deny' })).location).to.include('error=access_denied')
      expect((await visitor.get(authorizeUrl(issuer, client, pkce()))).location).to.include('code=')
    })

  it('CONC-018 a store that answers each command after 2.4 s: every request is answered in time, whatever it asks of the store', async function () {
    this.timeout(60_000)
    const { client, servers } = deployment
    const { issuer } = servers[0]!
    const visitor = new Visitor()
    const code = await freshCode(issuer, client, { visitor })
    proxy.inject({ command: '*', kind: 'delay', ms: 2_400 })
    const answers = [inTime(redeem(issuer, client, code)), inTime(visitor.get(authorizeUrl(issuer, client, pkce())))]
    for (const { status } of await Promise.all(answers)) expect(status).to.be.oneOf([200, 303, 503])
  })
})
