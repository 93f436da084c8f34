import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { FaultLoad } from '../support/fault-proxy-load.js'
import { seededRandom } from '../support/fault-proxy-plan.js'
import { reportFaults } from '../support/fault-proxy-report.js'
import { MONGOD } from '../support/mongo.js'
import { deploy } from '../support/process.js'
import { startReplicaSet } from '../support/replica-set.js'

const FLOWS = 1000
const FAILOVERS = 3
const TITLE = `CONC-016 over ${FLOWS.toString()} flows and ${FAILOVERS.toString()} elections no code works twice, no lineage forks, nothing delivered is lost`

describe('three server processes on a MongoDB replica set of three whose primary is killed, succeeded and brought back', () => {
  if (MONGOD === undefined) {
    it(`${TITLE}: give a mongod with MONGOMS_SYSTEM_BINARY=/path/to/mongod or on PATH`)
    return
  }
  const mongod = MONGOD

  it(TITLE, async function () {
    this.timeout(600_000)
    const set = await startReplicaSet(mongod)
    const deployment = await deploy(3, { CODE_TTL: '10m', REFRESH_GRACE: '5m', STORE: set.uri('elections') })
    const random = seededRandom(1)
    try {
      const load = new FaultLoad(deployment)
      await load.signIn(8)
      let elections = 0
      const running = load.run(FLOWS, () => elections < FAILOVERS)
      for (; elections < FAILOVERS; elections++) {
        await wait(random() * 4000)
        await set.bringBack(await set.failOver())
      }
      const tally = await running
      const verified = await load.verify()
      await reportFaults({ server: 'mongod, three members', phase: 'elections', tally, note: `${elections.toString()} elections` })
      expect([...tally.violations, ...verified.violations]).to.deep.equal([])
    } finally {
      await deployment.stop()
      await set.stop()
    }
  })
})
