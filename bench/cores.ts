import { execFileSync } from 'node:child_process'

const SERVER_CORE = '0'
const LOAD_CORE = '1'

/** Where things run: servers on one core, the load on another, so that neither takes time from the other. */
export interface Cores {
  readonly description: string
  /** The command that starts node for a server. */
  readonly node: readonly [string, ...string[]]
}

/** Moves this process to the core of the load, where the machine lets it. */
export function claimCores(): Cores {
  try {
    execFileSync('taskset', ['-c', SERVER_CORE, 'true'], { stdio: 'ignore' })
    execFileSync('taskset', ['-acp', LOAD_CORE, process.pid.toString()], { stdio: 'ignore' })
    return { description: 'server on one core, load on another', node: ['taskset', '-c', SERVER_CORE, process.execPath] }
  } catch {
    return { description: 'NOT PINNED (needs taskset and two cores), so the ratios are rough', node: [process.execPath] }
  }
}
