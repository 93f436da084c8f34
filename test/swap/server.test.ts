import { createServer, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import type { Storage } from '../../ports/storage.js'
import { readConfig } from '../../src/config.js'
import { createPortcullis } from '../../src/portcullis.js'
import { failure } from '../contracts/opened.js'
import { COMMAND, ServerProcess } from '../support/process.js'
import { PASSWORD, seeded, testEnvironment } from '../support/server.js'
import { freshCode, redeem, refresh } from '../support/visitor.js'
import { portcullisOn } from './embedding.js'
import openFileStore from './file-store.js'
import { foreignProject, foreignSource, plain, run, type Project } from './foreign.js'

const STORE = 'module:./file-store.js?store'
const DRAFT = {
  name: 'Swapped client',
  redirectUris: ['https://rp.test/cb'],
  grants: ['authorization_code', 'refresh_token', 'client_credentials'] as const,
  scopes: ['read', 'write'],
  defaultScopes: ['read'],
}

/** A code, its tokens, the next ones, and no second time. */
async function expectServed(issuer: string, client: ClientWithSecret): Promise<void> {
  const code = await freshCode(issuer, client)
  const { status, body } = await redeem(issuer, client, code)
  expect(status).to.equal(200)
  expect((await refresh(issuer, client, body['refresh_token'])).status).to.equal(200)
  expect((await redeem(issuer, client, code)).body).to.have.property('error', 'invalid_grant')
}

describe('a server on a store of one’s own', function () {
  this.timeout(90_000)
  let project: Project
  let environment: Record<string, string>
  beforeEach(async () => {
    project = await foreignProject()
    await project.write('file-store.js', plain(await foreignSource('file-store.ts')))
    environment = await testEnvironment(project.folder, { STORE })
  })
  afterEach(() => project.remove())

  const issuer = () => environment['PORTCULLIS_ISSUER']!
  const openedFile = () => openFileStore(`?${join(project.folder, 'store')}`)
  const portcullis = (...args: string[]) =>
    run(project.folder, { PATH: process.env['PATH'], ...environment }, process.execPath, COMMAND, ...args)
  const provided = async (storage: Storage): Promise<ClientWithSecret> => {
    await storage.maintenance.prepare()
    const administrator = await seeded(readConfig(environment), storage)
    return administrator.createClient({ ...DRAFT, grants: [...DRAFT.grants] }, { requestId: 'test', address: 'cli' })
  }

  describe('by PORTCULLIS_STORE', () => {
    for (const workers of ['1', '2'])
      it(`serves with WORKERS=${workers}, and SIGTERM ends it with 0`, async () => {
        const client = await provided(await openedFile())
        const server = new ServerProcess({ ...environment, PORTCULLIS_WORKERS: workers }, project.folder)
        try {
          await server.start()
          await expectServed(issuer(), client)
          expect(await server.end('SIGTERM')).to.equal(0)
        } finally {
          await server.end('SIGKILL')
        }
      })

    it('takes every command, from preparing an empty store on', async () => {
      expect(JSON.parse((await portcullis('store', 'prepare', '--json')).stdout)).to.deep.equal({ dry_run: false, steps: ['the file'] })
      const { code, stderr } = await portcullis('user', 'create', '--username', 'ada', '--password', PASSWORD)
      expect([code, stderr]).to.satisfy(([ended]: [number]) => ended === 0, stderr)
      const created = await portcullis('client', 'create', '--name', 'App', '--grant', 'client_credentials', '--json')
      const { client_id: id } = JSON.parse(created.stdout) as { client_id: string }
      expect((await portcullis('client', 'delete', id, '--yes')).code).to.equal(0)
      const { users } = JSON.parse((await portcullis('user', 'list', '--json')).stdout) as { users: { username: string }[] }
      expect(users.map(({ username }) => username)).to.deep.equal(['ada'])
      const { rows } = JSON.parse((await portcullis('store', 'status', '--json')).stdout) as { rows: object }
      expect(rows).to.include({ users: 1, clients: 0 })
    })

    it('ends with 78 for a mistake and with 69 for a store that does not open, in one sentence', async () => {
      await project.write('portless.js', 'export default async () => ({})')
      await project.write('down.js', 'export default async () => { throw new Error("connection refused") }')
      const cases = [
        ['module:./nowhere.js', 78, 'there is no file'],
        ['module:./portless.js', 78, 'it has no clients'],
        ['module:./down.js', 69, 'connection refused'],
      ] as const
      for (const [store, code, sentence] of cases)
        for (const [command, settings] of [
          [['serve'], {}],
          [['serve'], { PORTCULLIS_WORKERS: '2' }],
          [['user', 'list'], {}],
        ] as const) {
          const env = { PATH: process.env['PATH'], ...environment, ...settings, PORTCULLIS_STORE: store }
          const ended = await run(project.folder, env, process.execPath, COMMAND, ...command)
          expect(ended.code, `${command.join(' ')} on ${store}: ${ended.stderr}`).to.equal(code)
          expect(ended.stderr)
            .to.match(/^error: [^\n]+\n$/)
            .and.include(sentence)
        }
    })
  })

  describe('by createPortcullis', () => {
    it('starts, serves and stops', async () => {
      const client = await provided(await openedFile())
      const server = portcullisOn(await openedFile(), environment)
      const { port } = await server.start()
      expect(issuer()).to.equal(`http://localhost:${port}`)
      await expectServed(issuer(), client)
      await server.stop()
      expect(await failure(() => fetch(issuer()))).to.be.instanceOf(TypeError)
    })

    it('handles requests in a server of somebody else’s', async () => {
      const storage = await openedFile()
      const client = await provided(storage)
      const portcullis = portcullisOn(storage, environment)
      const server = createServer(await portcullis.handler())
      const port = Number(environment['PORTCULLIS_PORT'])
      await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
      try {
        await expectServed(issuer(), client)
      } finally {
        await ended(server)
        await portcullis.stop()
      }
    })

    it('opens the store of the settings when it is given none', async () => {
      const client = await provided(await openedFile())
      const store = `module:${join(project.folder, 'file-store.js')}?${join(project.folder, 'store')}`
      const server = createPortcullis(readConfig({ ...environment, PORTCULLIS_STORE: store }))
      await server.start()
      await expectServed(issuer(), client)
      await server.stop()
    })

    it('begins once, ends quietly when it never began, and closes the store', async () => {
      const closed: string[] = []
      const storage = openMemoryStorage()
      storage.maintenance.close = async () => void closed.push('closed')
      const server = createPortcullis(readConfig({ ...environment, PORTCULLIS_STORE: 'memory:' }), { storage })
      await server.stop()
      expect(closed).to.deep.equal([])
      await server.start()
      for (const again of [() => server.start(), () => server.handler()])
        expect(await failure(again)).to.have.property('message', 'this server was begun already')
      await server.stop()
      expect(closed).to.deep.equal(['closed'])
    })
  })
})

describe('docs/store.md', () => {
  it('shows what the tests of this folder run, word for word', async () => {
    const text = await readFile('docs/store.md', 'utf8')
    const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block!)
    const sources = await Promise.all(['file-store.ts', 'file-store-kit.ts', 'embedding.ts'].map(foreignSource))
    expect(blocks).to.have.length.above(4)
    for (const block of blocks)
      expect(
        sources.some((source) => source.includes(block)),
        block,
      ).to.equal(true)
    expect(text).to.include(STORE)
  })
})

async function ended(server: Server): Promise<void> {
  const closed = new Promise((done) => server.close(done))
  server.closeAllConnections()
  await closed
  expect(server.address() satisfies AddressInfo | string | null).to.equal(null)
}
