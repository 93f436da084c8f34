import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../src/root.js'
import { claimCores } from './cores.js'
import { clientCredentials } from './client-credentials.js'
import { Deployments } from './deployments.js'
import { syncTime } from './disk.js'
import { People } from './flows.js'
import { isMet, report, type Target } from './report.js'
import { alternate, type Measured } from './rounds.js'

const PLAN = { warmUpSeconds: 2, rounds: 9, secondsPerRound: 2 }
const MANY = 1_000_000

const say = (line: string) => process.stdout.write(`${line}\n`)

interface Outcome {
  readonly rates: Readonly<Record<string, Measured>>
  readonly targets: readonly Target[]
}

async function measureTokens(deployments: Deployments): Promise<Outcome> {
  const portcullis = await deployments.portcullis()
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

async function measure(folder: string): Promise<boolean> {
  const cores = claimCores()
  const deployments = new Deployments(folder, cores)
  try {
    const machine = {
      node: `Node.js ${process.version}`,
      processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`,
      cores: cores.description,
      // What else the machine does falls on the rounds unevenly: a measurement wants less than one process running.
      busy: `${(loadavg()[0] ?? 0).toFixed(1)} processes running beforehand`,
      disk: `${syncTime(folder).toFixed(2)} ms per fsync`,
    }
    say('client_credentials, 32 at a time')
    const tokens = await measureTokens(deployments)
    const flows = await measureFlows(deployments)
    const targets = [...tokens.targets, ...flows.targets]
    say(`\n${report(machine, { ...tokens.rates, ...flows.rates }, targets)}`)
    return targets.every(isMet)
  } finally {
    await deployments.stop()
  }
}

say('building')
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: packageRoot(), stdio: 'inherit' })
const folder = await mkdtemp(join(tmpdir(), 'portcullis-bench-'))
try {
  process.exitCode = (await measure(folder)) ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
