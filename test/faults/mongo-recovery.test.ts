import { expect } from 'chai'
import { setTimeout as wait } from 'node:timers/promises'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { inTime } from '../support/fault-proxy-load.js'
import type { FaultKind } from '../support/fault-proxy-plan.js'
import { freshDatabase, onEachProxiedMongo } from '../support/mongo.js'
import { deploy, type Deployment } from '../support/process.js'
import { authorizeUrl, freshCode, introspect, pkce, redeem, refresh, Visitor } from '../support/visitor.js'
import { fullService } from './full-service.js'

const OUTAGES: readonly FaultKind[] = ['swallow', 'refuse']
/** Long enough for whatever a driver puts off after failures to have been put off. */
const OUTAGE_MS = 8_000
const RECOVERY_MS = 10_000

onEachProxiedMongo('when a MongoDB store is back', 'several hosts', (mongo) => {
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

  for (const kind of OUTAGES)
    it(`CONC-022 ${kind}: everything is served within 10 s, by the same process`, async function () {
      this.timeout(60_000)
      const { client, servers } = deployment
      const { issuer, operations, pid } = servers[0]!
      const visitor = new Visitor()
      const code = await freshCode(issuer, client, { visitor })
      const { body } = await redeem(issuer, client, await freshCode(issuer, client, { visitor }))

      proxy.inject({ command: '*', kind, ms: 10 * OUTAGE_MS })
      const over = performance.now() + OUTAGE_MS
      while (performance.now() < over) {
        const answers = [
          redeem(issuer, client, code),
          refresh(issuer, client, body['refresh_token']),
          introspect(issuer, client, body['access_token']),
          visitor.get(authorizeUrl(issuer, client, pkce())),
          fetch(`${operations}/readyz`),
        ]
        for (const { status } of await Promise.all(answers.map((answer) => inTime<{ status: number }>(answer))))
          expect(status).to.equal(503)
      }

      proxy.clear()
      const since = performance.now()
      while ((await inTime(fetch(`${operations}/readyz`))).status !== 200) await wait(50)
      await fullService({ issuer, operations, client })
      const again = [await redeem(issuer, client, code), await refresh(issuer, client, body['refresh_token'])]
      expect(again.map(({ status }) => status)).to.deep.equal([200, 200])
      expect((await visitor.get(authorizeUrl(issuer, client, pkce()))).location).to.include('code=')
      expect(performance.now() - since).to.be.lessThan(RECOVERY_MS)
      expect(servers[0]!.pid).to.equal(pid)
    })
})
