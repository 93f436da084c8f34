import { spawn } from 'node:child_process'
import { COMMAND } from './process.js'

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

/** Runs `portcullis` as a user does: a process of its own, with these variables alone. */
export const portcullis = (folder: string, environment: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ran> =>
  new Promise((ended, failed) => {
    const env = { PATH: process.env['PATH'] ?? '', ...environment }
    const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, errors] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.on('error', failed)
    child.on('close', (code) => {
      ended({ code, out, errors })
    })
  })

/** What a command that must work prints under `--json`. */
export async function told(
  folder: string,
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Record<string, unknown>> {
  const { code, out, errors } = await portcullis(folder, environment, [...args, '--json'])
  if (code !== 0) throw new Error(`${args.join(' ')}: ${String(code)} ${errors}`)
  return JSON.parse(out) as Record<string, unknown>
}
