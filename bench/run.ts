import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../src/root.js'
import { claimCores } from './cores.js'
import { Deployments } from './deployments.js'
import { syncTime } from './disk.js'
import { PARTS, say, type Outcome } from './parts.js'
import { isMet, report, type Target } from './report.js'

async function measure(folder: string, parts: readonly string[]): Promise<boolean> {
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
    let rates: Outcome['rates'] = {}
    const targets: Target[] = []
    for (const part of parts) {
      const outcome = await PARTS[part]?.(deployments)
      rates = { ...rates, ...outcome?.rates }
      targets.push(...(outcome?.targets ?? []))
    }
    say(`\n${report(machine, rates, targets)}`)
    return targets.every(isMet)
  } finally {
    await deployments.stop()
  }
}

// `npm run bench -- stores` measures that part alone.
const parts = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS)
const unknown = parts.filter((part) => !Object.keys(PARTS).includes(part))
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}`)

say('building')
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: packageRoot(), stdio: 'inherit' })
const folder = await mkdtemp(join(tmpdir(), 'portcullis-bench-'))
try {
  process.exitCode = (await measure(folder, parts)) ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
