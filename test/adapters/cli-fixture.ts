import { PassThrough, Readable } from 'node:stream'
import { runCli } from '../../adapters/cli/program.js'
import { aGrant, anOffice, aSession } from '../domain/administrator-fixture.js'

export interface Run {
  readonly status: number
  readonly out: string
  readonly err: string
}

interface Circumstances {
  /** What standard input holds, to its end. */
  readonly stdin?: string | Uint8Array
  /** A person at a terminal, who types these lines. */
  readonly typed?: string
}

const collected = (stream: PassThrough): string => {
  const chunk: unknown = stream.read()
  return Buffer.isBuffer(chunk) ? chunk.toString() : ''
}

/** A command line over an empty memory store. */
export function aCommandLine() {
  const office = anOffice()
  const log: string[] = []
  const ports = {
    administering: office.administrator,
    keepingKeys: office.keepingKeys,
    maintenance: office.storage.maintenance,
    clock: office.clock,
    describeStore: 'memory:',
    close: async () => void log.push('close'),
  }
  const entrances = {
    open: async () => {
      log.push('open')
      return ports
    },
    openBoth: async () => Promise.reject(new Error('there is one store')),
    serve: async () => void log.push('serve'),
  }

  async function run(args: readonly string[], { stdin = '', typed }: Circumstances = {}): Promise<Run> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const input = Readable.from([Buffer.from(typed ?? stdin)])
    const io = { stdin: input, stdout, stderr, isTerminal: typed !== undefined }
    const status = await runCli(['node', 'portcullis', ...args], io, entrances)
    return { status, out: collected(stdout), err: collected(stderr) }
  }

  /** Runs a command that must work; what it printed under `--json`, which is one document on one line. */
  async function json(...args: string[]): Promise<Record<string, unknown>> {
    const { status, out, err } = await run([...args, '--json'])
    if (status !== 0 || err !== '' || !/^[^\n]+\n$/.test(out)) throw new Error(`${args.join(' ')}: ${status} ${err} ${out}`)
    return JSON.parse(out) as Record<string, unknown>
  }

  return { ...office, ports, entrances, log, run, json }
}

export const APP = [
  'client',
  'create',
  '--name',
  'App',
  '--id',
  'app',
  '--redirect-uri',
  'https://app.test/cb',
  '--redirect-uri',
  'https://app.test/2',
]
export const GRANTS = ['--grant', 'authorization_code', '--grant', 'refresh_token', '--scope', 'read']
const ADA = ['user', 'create', '--username', 'ada', '--name', 'Ada', '--email', 'ada@lovelace.test', '--password', 'correct horse']

/** The same with a scope, a client `app`, a person `ada`, a grant and a session. */
export async function aCommandLineWithThings() {
  const line = aCommandLine()
  await line.json('scope', 'create', 'read', '--description', 'May read')
  const app = await line.json(...APP, ...GRANTS)
  const ada = (await line.json(...ADA)) as { id: string }
  await line.storage.grants.save(aGrant('grant', ada.id, 'app'))
  await line.storage.sessions.begin(aSession('session', ada.id))
  return { ...line, app, ada, grantId: aGrant('grant', ada.id, 'app').id, sessionId: aSession('session', ada.id).id }
}
