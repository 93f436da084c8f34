import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMMAND, ServerProcess } from '../support/process.js'
import { testEnvironment } from '../support/server.js'
import { authorizeUrl, pkce, Visitor } from '../support/visitor.js'
import { aClient } from '../support/builders.js'

describe('starting and stopping', function () {
  this.timeout(120_000)
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcullis-start-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const startToEnd = (environment: Readonly<Record<string, string>>): { code: number | null; errors: string } => {
    const env = { PATH: process.env['PATH'] ?? '', ...environment }
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, 'serve'], { cwd: folder, env, timeout: 60_000, encoding: 'utf8' })
    return { code: status, errors: stderr }
  }

  const started = async (settings: Readonly<Record<string, string>>): Promise<ServerProcess> => {
    const server = new ServerProcess(await testEnvironment(folder, settings), folder)
    await server.start()
    return server
  }

  for (const WORKERS of ['1', '2']) {
    it(`CONC-027: with WORKERS=${WORKERS} it serves the demo, tells how, and SIGTERM ends it with 0`, async () => {
      const server = await started({ WORKERS })
      try {
        const client = { client: aClient({ id: 'demo' as never, redirectUris: [`${server.issuer}/demo/callback`] }) }
        const page = await new Visitor().get(authorizeUrl(server.issuer, client, pkce()))
        expect(page.location).to.include('/login?flow=')
        expect(await server.end('SIGTERM')).to.equal(0)
        expect(server.output).to.match(/Demo user {4}demo {3}password: \S{20}/)
      } finally {
        await server.end('SIGKILL')
      }
    })

    it(`OPS-003: with WORKERS=${WORKERS} production refuses a store that holds the demo, naming the commands that remove it`, async () => {
      const development = await started({ WORKERS: '1' })
      await development.end('SIGTERM')
      const environment = { ...(await testEnvironment(folder, { WORKERS })), NODE_ENV: 'production' }
      const { code, errors } = startToEnd(environment)
      expect(code).to.equal(78)
      expect(errors).to.include('portcullis client delete demo --yes').and.include('portcullis user delete demo --yes')
    })

    it(`with WORKERS=${WORKERS} secrets that do not open the signing key are 78, and are not repeated`, async () => {
      const first = await started({ WORKERS: '1' })
      await first.end('SIGTERM')
      const other = Buffer.alloc(32, 8).toString('base64url')
      const { code, errors } = startToEnd(await testEnvironment(folder, { WORKERS, SECRETS: other }))
      expect(code).to.equal(78)
      expect(errors).to.include('PORTCULLIS_SECRETS').and.not.include(other)
    })

    it(`with WORKERS=${WORKERS} a port that is taken ends it`, async () => {
      const taken = createServer()
      await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening))
      const PORT = (taken.address() as AddressInfo).port.toString()
      const { code } = startToEnd(await testEnvironment(folder, { WORKERS, PORT }))
      taken.close()
      expect(code).to.be.greaterThan(0)
    })
  }

  it('CONC-025: a store that cannot be opened is 69', async () => {
    const { code } = startToEnd(await testEnvironment(folder, { STORE: 'sqlite:/dev/null/portcullis.db' }))
    expect(code).to.equal(69)
  })

  it('all problems of the settings are printed at once, and it is 78', async () => {
    const { code, errors } = startToEnd(await testEnvironment(folder, { PORT: 'x', CODE_TTL: '1y', ISUER: 'x' }))
    expect(code).to.equal(78)
    for (const name of ['PORTCULLIS_PORT', 'PORTCULLIS_CODE_TTL', 'PORTCULLIS_ISUER']) expect(errors).to.include(name)
  })
})
