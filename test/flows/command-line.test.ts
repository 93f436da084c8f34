import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMMAND, ServerProcess } from '../support/process.js'
import { seenByRunningServers } from '../support/seen.js'
import { testEnvironment } from '../support/server.js'
import { onEachSharedStore, type FreshStore } from '../support/stores.js'
import { askToken } from '../support/visitor.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

onEachSharedStore('the command line beside a running server', 60_000, (store) => {
  let folder: string
  let environment: Record<string, string>
  let server: ServerProcess
  let fresh: FreshStore

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcullis-cli-'))
    fresh = await store.fresh()
    environment = await testEnvironment(folder, fresh.settings)
    server = new ServerProcess(environment, folder)
    await server.start()
  })
  after(async () => {
    await server.end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
    await fresh.drop()
  })

  const portcullis = (args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    new Promise((ended, failed) => {
      const child = spawn(process.execPath, [COMMAND, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', ...environment, ...env },
      })
      let [out, errors] = ['', '']
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
      child.on('error', failed)
      child.on('close', (code) => {
        ended({ code, out, errors })
      })
      child.stdin.end(input)
    })
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await portcullis([...args, '--json'])).out) as Record<string, unknown>

  it('a client that it makes works at once; disabled it does not within a second, nor deleted', async () => {
    const made = await json(
      'client',
      'create',
      '--name',
      'Job',
      '--grant',
      'client_credentials',
      '--scope',
      'read',
      '--default-scope',
      'read',
    )
    const client = {
      client: { id: made['client_id'], authMethod: 'client_secret_basic' },
      secret: made['client_secret'],
    } as unknown as ClientWithSecret
    const status = async (): Promise<number> => (await askToken(server.issuer, client, { grant_type: 'client_credentials' })).status
    expect(await status()).to.equal(200)
    for (const [verb, expected] of [
      ['disable', 401],
      ['enable', 200],
      ['delete', 401],
    ] as const) {
      expect((await portcullis(['client', verb, String(made['client_id']), ...(verb === 'enable' ? [] : ['--yes'])])).code).to.equal(0)
      await seenByRunningServers()
      expect(await status(), verb).to.equal(expected)
    }
  })

  it('with --keep-old both secrets work, without it the old one dies within a second; wrong and unknown are told alike', async () => {
    const traits = ['--grant', 'client_credentials', '--scope', 'read', '--default-scope', 'read']
    const made = await json('client', 'create', '--name', 'Rotating', ...traits)
    const id = String(made['client_id'])
    const answer = async (secret: unknown, clientId = id): Promise<readonly unknown[]> => {
      const client = { client: { id: clientId, authMethod: 'client_secret_basic' }, secret } as unknown as ClientWithSecret
      const { status, body, headers } = await askToken(server.issuer, client, { grant_type: 'client_credentials' })
      return status === 200 ? [200] : [status, body, headers.get('www-authenticate')]
    }
    const rotate = async (...more: string[]) => (await json('client', 'rotate-secret', id, ...more))['client_secret']
    const first = made['client_secret']
    const second = await rotate('--keep-old', '1h')
    await seenByRunningServers()
    expect(await Promise.all([first, second].map((secret) => answer(secret)))).to.deep.equal([[200], [200]])
    const third = await rotate('--keep-old', '1h')
    await seenByRunningServers()
    const unknown = await answer(first, 'nobody')
    expect(unknown[0]).to.equal(401)
    expect(await Promise.all([first, second, third].map((secret) => answer(secret)))).to.deep.equal([unknown, [200], [200]])
    const last = await rotate()
    await seenByRunningServers()
    const answers = await Promise.all([second, third, last, 'pc_cs_wrong'].map((secret) => answer(secret)))
    expect(answers).to.deep.equal([unknown, unknown, [200], unknown])
  })

  it('a password is read from standard input, less one final newline', async () => {
    const made = await portcullis(['user', 'create', '--username', 'carol', '--password-stdin', '--json'], 'a long password\n')
    expect(Object.keys(JSON.parse(made.out) as object)).to.deep.equal(['id', 'username'])
    expect(made.errors + made.out).to.not.include('a long password')
  })

  it('every command has help', async () => {
    const nouns = ['serve', 'client', 'user', 'scope', 'resource', 'grant', 'session', 'key', 'secrets', 'store']
    for (const noun of nouns) expect((await portcullis([noun, '--help'])).out).to.include(`portcullis ${noun}`)
  })

  it('exits with 1 for a mistake, 2 for usage, 78 for settings and 69 for a store that cannot be reached, saying why on stderr', async () => {
    const runs = [
      [1, await portcullis(['client', 'show', 'nobody'])],
      [2, await portcullis(['client', 'show'])],
      [78, await portcullis(['client', 'list'], '', { PORTCULLIS_PORT: 'x' })],
      [78, await portcullis(['client', 'list'], '', { PORTCULLIS_STORE: 'memory:' })],
      [69, await portcullis(['client', 'list'], '', { PORTCULLIS_STORE: 'sqlite:/dev/null/x.db' })],
    ] as const
    for (const [code, ran] of runs) {
      expect([ran.code, ran.out]).to.deep.equal([code, ''])
      expect(ran.errors).to.not.equal('')
    }
  })

  it('OPS-006: what an operator changes is one line, on stderr', async () => {
    const { errors } = await portcullis(['scope', 'create', 'notes', '--description', 'Read notes', '--json'], '', {
      PORTCULLIS_LOG_LEVEL: 'info',
    })
    const line = JSON.parse(errors) as Record<string, unknown>
    expect(line).to.include({ event: 'operator', outcome: 'ok', address: 'cli' }).and.to.have.property('time')
  })
})
