import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { FaultLoad } from '../support/fault-proxy-load.js'
import { FAULT_KINDS, seededRandom, type FaultKind } from '../support/fault-proxy-plan.js'
import { reportFaults } from '../support/fault-proxy-report.js'
import { freshDatabase, onEachMongo, onEachProxiedMongo, startOwnServer } from '../support/mongo.js'
import { deploy, type Deployment } from '../support/process.js'

const FLOWS = 1000
const AT_ONCE = 8
const SERVERS = 3
const KILLS = 6
/** Of a code and of the window of a retry: longer than any fault here lasts. */
const SETTINGS = { CODE_TTL: '10m', REFRESH_GRACE: '5m' }

/** How many of the commands it meets: fewer where each stops a whole server for half a second, and where a client waits for an answer in vain. */
const CHANCES: Readonly<Record<FaultKind, number>> = {
  refuse: 0.01,
  cut: 0.03,
  'cut-applied': 0.03,
  'not-primary': 0.01,
  'not-primary-applied': 0.01,
  shutdown: 0.01,
  'shutdown-applied': 0.01,
  delay: 0.03,
  swallow: 0.005,
  'swallow-applied': 0.005,
}

/** Every server says that it is ready, without having been started again. */
async function recovered({ servers }: Deployment): Promise<void> {
  for (const { operations } of servers) {
    const isReady = async () => (await fetch(`${operations}/readyz`)).status === 200
    for (let tries = 0; !(await isReady()); tries++) {
      if (tries === 100) throw new Error('a server did not become ready again')
      await wait(100)
    }
  }
}

/** What was verified is not needed any more, and a stand-in that looks through a collection for every change has less to look through. */
async function forgetGrants(uri: string): Promise<void> {
  const client = new MongoClient(uri)
  await client.db().collection('grants').deleteMany({})
  await client.close()
}

onEachProxiedMongo(
  `three server processes on one MongoDB store, ${FLOWS.toString()} flows with faults at random moments`,
  'several hosts',
  (server) => {
    let database: Awaited<ReturnType<typeof freshDatabase>>
    let proxy: FaultProxy
    let deployment: Deployment
    let load: FaultLoad
    before(async function () {
      this.timeout(60_000)
      database = await freshDatabase(server)
      proxy = await startFaultProxy(database.uri)
      deployment = await deploy(SERVERS, { ...SETTINGS, STORE: proxy.uri(database.name) })
      load = new FaultLoad(deployment)
      await load.signIn(AT_ONCE)
    })
    afterEach(async () => {
      proxy.clear()
      await forgetGrants(database.uri)
    })
    after(async () => {
      await deployment.stop()
      await proxy.stop()
      await database.drop()
    })

    for (const kind of FAULT_KINDS)
      it(`CONC-024 ${kind}: no code works twice, no lineage forks, only 503s; afterwards all are ready, what was delivered works, and what was spent does not`, async function () {
        this.timeout(120_000)
        proxy.forget()
        // One at least, whatever the chances.
        proxy.inject({ command: 'find', kind, times: 1 })
        proxy.inject({ command: '*', kind, probability: CHANCES[kind] })
        const tally = await load.run(FLOWS / FAULT_KINDS.length)
        const { statistics } = proxy
        proxy.clear()
        await recovered(deployment)
        await reportFaults({ server: server.name, phase: kind, tally, statistics })
        const verified = await load.verify()
        await reportFaults({ server: server.name, phase: `${kind}, afterwards`, tally: verified })
        expect([...tally.violations, ...verified.violations]).to.deep.equal([])
        expect(statistics.faults).to.not.deep.equal({})
      })

    it('afterwards nobody is refused', async function () {
      this.timeout(120_000)
      const { violations, answers } = await load.run(AT_ONCE)
      expect(violations).to.deep.equal([])
      expect(Object.keys(answers).filter((answer) => answer.endsWith('503'))).to.deep.equal([])
    })
  },
)

onEachMongo(
  'three server processes whose MongoDB store is killed',
  ({ kind, name }) => {
    if (kind === 'given') return

    it(`CONC-016 over ${FLOWS.toString()} flows and ${KILLS.toString()} SIGKILLs of the store the same holds`, async function () {
      this.timeout(300_000)
      const store = await startOwnServer(kind)
      const deployment = await deploy(SERVERS, { ...SETTINGS, STORE: `${store.uri}killed` })
      const random = seededRandom(1)
      const load = new FaultLoad(deployment)
      const violations: string[] = []
      try {
        await load.signIn(AT_ONCE)
        for (let kills = 1; kills <= KILLS; kills++) {
          let isBack = false
          const running = load.run(Math.ceil(FLOWS / KILLS), () => !isBack)
          await wait(500 + random() * 4000)
          await store.kill()
          await wait(random() * 1500)
          await store.start()
          isBack = true
          const tally = await running
          await recovered(deployment)
          await reportFaults({ server: name, phase: 'killed', tally, note: `kill ${kills.toString()}` })
          const verified = await load.verify()
          await reportFaults({ server: name, phase: 'killed, afterwards', tally: verified })
          violations.push(...tally.violations, ...verified.violations)
          await forgetGrants(`${store.uri}killed`)
        }
        expect(violations).to.deep.equal([])
      } finally {
        await deployment.stop()
        await store.stop()
      }
    })
  },
  ['given'],
)
