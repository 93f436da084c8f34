import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

const READY_WITHIN_MS = 30_000
const ASK_EVERY_MS = 50

export interface Launch {
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  /** Its settings; of this process's environment it gets PATH alone. */
  readonly environment: Readonly<Record<string, string>>
  /** The file that takes what it prints. */
  readonly output: string
  /** Answers with a status below 500 as soon as the server is ready. */
  readonly readyUrl: string
}

/** A server in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #launch: Launch

  private constructor(child: ChildProcess, launch: Launch) {
    this.#child = child
    this.#launch = launch
  }

  /** Resolves when it is ready; throws with what it printed when it ends instead. */
  static async start(launch: Launch): Promise<ServerProcess> {
    const [program, ...parameters] = launch.command
    const output = openSync(launch.output, 'a')
    const child = spawn(program, parameters, {
      cwd: launch.cwd,
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...launch.environment },
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    const server = new ServerProcess(child, launch)
    await server.#ready().catch(async (error: unknown) => {
      await server.stop()
      throw error
    })
    return server
  }

  async stop(): Promise<void> {
    if (this.#hasEnded()) return
    const ended = new Promise((exited) => this.#child.once('exit', exited))
    this.#child.kill('SIGTERM')
    await ended
  }

  async #ready(): Promise<void> {
    const until = performance.now() + READY_WITHIN_MS
    while (performance.now() < until && !this.#hasEnded()) {
      const answer = await fetch(this.#launch.readyUrl).catch(() => undefined)
      if (answer !== undefined && answer.status < 500) return
      await new Promise((later) => setTimeout(later, ASK_EVERY_MS))
    }
    throw new Error(`${this.#launch.command.join(' ')} did not become ready:\n${readFileSync(this.#launch.output, 'utf8').slice(-2_000)}`)
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}
