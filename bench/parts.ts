import { freshDatabase, HOW, MONGO_SERVERS, type MongoServer } from '../test/support/mongo.js'
import { clientCredentials } from './client-credentials.js'
import type { Deployments } from './deployments.js'
import { People } from './flows.js'
import type { Target } from './report.js'
import { alternate, type Measured } from './rounds.js'
import { timeSignIns } from './sign-in.js'

const PLAN = { warmUpSeconds: 2, rounds: 9, secondsPerRound: 2 }
const MANY = 1_000_000

export const say = (line: string) => process.stdout.write(`${line}\n`)

export interface Outcome {
  readonly rates: Readonly<Record<string, Measured>>
  readonly targets: readonly Target[]
}

async function measureTokens(deployments: Deployments): Promise<Outcome> {
  say('client_credentials, 32 at a time')
  const portcullis = await deployments.portcullis('portcullis')
  const floor = await deployments.floor(portcullis)
  const { bare, served } = await alternate(
    { bare: (seconds) => clientCredentials(floor, seconds), served: (seconds) => clientCredentials(portcullis, seconds) },
    PLAN,
  )
  await Promise.all([floor.stop(), portcullis.stop()])
  return {
    rates: { 'bare floor': bare, 'client_credentials, portcullis serve': served },
    targets: [{ name: 'client_credentials against the bare floor', of: served, against: bare, atLeast: 0.5 }],
  }
}

async function measureFlows(deployments: Deployments): Promise<Outcome> {
  say(`filling a store with ${MANY.toLocaleString('en-US')} grants`)
  const servers = [
    await deployments.flowServer('many', 'grouped', MANY),
    await deployments.flowServer('grouped', 'grouped'),
    await deployments.flowServer('single', 'single'),
  ] as const
  const [full, empty, alone] = [await People.signIn(servers[0]), await People.signIn(servers[1]), await People.signIn(servers[2])]
  say('flows, 16 at a time')
  const { grouped, single, many } = await alternate(
    { grouped: (seconds) => empty.flows(seconds), single: (seconds) => alone.flows(seconds), many: (seconds) => full.flows(seconds) },
    PLAN,
  )
  for (const people of [full, empty, alone]) people.leave()
  return {
    rates: { 'flows, writes share a commit': grouped, 'flows, one commit per write': single, 'flows, 1,000,000 grants in the store': many },
    targets: [
      { name: 'flows against one commit per write', of: grouped, against: single, atLeast: 2.5 },
      { name: 'flows with 1,000,000 grants against an empty store', of: many, against: grouped, atLeast: 0.85 },
    ],
  }
}

async function measureStores(deployments: Deployments): Promise<Outcome> {
  const [server] = MONGO_SERVERS
  if (server === undefined) {
    say(`flows on mongo are left out: ${HOW}`)
    return { rates: {}, targets: [] }
  }
  const database = await freshDatabase(server)
  try {
    return await compareStores(deployments, server, database.uri)
  } finally {
    await database.drop()
  }
}

/** The server of mongo runs beside the load, unless the environment names one elsewhere. */
async function compareStores(deployments: Deployments, { name }: MongoServer, uri: string): Promise<Outcome> {
  say(`flows on mongo (${name}) and on sqlite, 16 at a time`)
  const servers = [await deployments.portcullis('on-mongo', uri), await deployments.portcullis('on-sqlite')] as const
  const [there, here] = [await People.signIn(servers[0]), await People.signIn(servers[1])]
  const { mongo, sqlite } = await alternate({ mongo: (seconds) => there.flows(seconds), sqlite: (seconds) => here.flows(seconds) }, PLAN)
  for (const people of [there, here]) people.leave()
  await Promise.all(servers.map((each) => each.stop()))
  return {
    rates: { [`flows, on mongo (${name})`]: mongo, 'flows, on sqlite': sqlite },
    targets: [{ name: 'flows on mongo against flows on sqlite', of: mongo, against: sqlite }],
  }
}

async function measureSignIns(deployments: Deployments): Promise<Outcome> {
  say('wrong sign-ins, of people who exist and of people who do not, one at a time')
  const server = await deployments.portcullis('sign-ins')
  const { unknown, wrong, tells, byChance } = await timeSignIns(server)
  await server.stop()
  say(`unknown user ${unknown.toFixed(2)} ms, wrong password ${wrong.toFixed(2)} ms, medians of 200 each`)
  const verdict = Math.abs(tells - 0.5) <= byChance ? 'no difference' : 'A DIFFERENCE'
  say(`the first is the slower one in ${tells.toFixed(3)} of all pairs: ${verdict} (0.5 ± ${byChance.toFixed(3)} at 1 in 1,000)`)
  return { rates: {}, targets: [{ name: 'unknown user against wrong password', of: one(unknown), against: one(wrong) }] }
}

const one = (value: number): Measured => ({ median: value, rounds: [value] })

/** What can be measured, in the order of a whole run. */
export const PARTS: Readonly<Record<string, (deployments: Deployments) => Promise<Outcome>>> = {
  tokens: measureTokens,
  flows: measureFlows,
  stores: measureStores,
  'sign-ins': measureSignIns,
}
