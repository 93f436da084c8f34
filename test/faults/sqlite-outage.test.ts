import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Connection } from '../../adapters/sqlite/connection.js'
import { FilePlace } from '../../adapters/sqlite/file-place.js'
import { SqliteFlowRepository } from '../../adapters/sqlite/flows.js'
import { SqliteGrantRepository } from '../../adapters/sqlite/grants.js'
import { SqliteStoreMaintenance } from '../../adapters/sqlite/maintenance.js'
import { STEPS } from '../../adapters/sqlite/schema.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { failure } from '../contracts/opened.js'
import { aFlow, anActiveGrant } from '../support/builders.js'
import { eventually } from '../support/eventually.js'
import { inTime } from '../support/fault-proxy-load.js'
import { deploy } from '../support/process.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { sqliteFolder, type SqliteFolder } from '../support/sqlite-folder.js'
import { lockFromOutside } from '../support/sqlite-lock.js'
import { authorizeUrl, freshCode, pkce, redeem, refresh, Visitor } from '../support/visitor.js'

const PATIENCE_MS = 60_000

/** What a client holds when the outage begins. */
async function beforehand(issuer: string, client: ClientWithSecret) {
  const visitor = new Visitor()
  const code = await freshCode(issuer, client, { visitor })
  const token = (await redeem(issuer, client, await freshCode(issuer, client, { visitor }))).body['refresh_token']
  return { visitor, code, token }
}
type Held = Awaited<ReturnType<typeof beforehand>>

/** While nothing can be written: all that would write is refused in time. */
async function refusesInTime(issuer: string, client: ClientWithSecret, { visitor, code, token }: Held): Promise<void> {
  const [redeemed, refreshed, page] = await Promise.all([
    inTime(redeem(issuer, client, code)),
    inTime(refresh(issuer, client, token)),
    inTime(visitor.get(authorizeUrl(issuer, client, pkce()))),
  ])
  for (const answer of [redeemed, refreshed]) expect([answer.status, answer.body['error']]).to.deep.equal([503, 'temporarily_unavailable'])
  expect([page.status, page.location]).to.deep.equal([503, undefined])
  expect(page.text).to.include('<h1')
  for (const { headers } of [redeemed, refreshed, page]) expect(headers.get('retry-after')).to.match(/^[1-9]\d*$/)
}

const statusesAt = (operations: string): Promise<readonly number[]> =>
  Promise.all(['/livez', '/readyz'].map(async (path) => (await inTime(fetch(`${operations}${path}`))).status))
const isWell = ([, ready]: readonly number[]): boolean => ready === 200
const wellInTheEnd = (operations: string): Promise<readonly number[]> => eventually(() => statusesAt(operations), isWell)
const operationsOf = ({ running }: TestServer): string => `http://127.0.0.1:${running.operationsPort.toString()}`

/** What only reads goes on. */
async function readsOn(issuer: string, client: ClientWithSecret): Promise<void> {
  const memory = await inTime(fetch(`${issuer}/.well-known/jwks.json`))
  const login = await inTime(new Visitor().get(`${issuer}/login`))
  const forged = await inTime(redeem(issuer, client, { code: 'pc_ac_AAAA', verifier: pkce().verifier }))
  expect([memory.status, login.status, forged.body['error']]).to.deep.equal([200, 200, 'invalid_grant'])
}

/** Afterwards: what was refused works, and is not lost. */
async function recovers(issuer: string, client: ClientWithSecret, { visitor, code, token }: Held): Promise<void> {
  expect((await redeem(issuer, client, code)).status).to.equal(200)
  expect((await refresh(issuer, client, token)).status).to.equal(200)
  expect((await visitor.get(authorizeUrl(issuer, client, pkce()))).location).to.include('code=')
}

describe('while an SQLite file cannot be written', () => {
  describe('because another process keeps it locked', () => {
    let server: TestServer
    before(async () => {
      server = await startTestServer()
    })
    after(() => server.stop())

    it('CONC-018 CONC-020: 503 with Retry-After in time, /readyz too, reads go on, and everything works afterwards without a restart', async () => {
      const client = await server.client()
      const held = await beforehand(server.issuer, client)
      const release = await lockFromOutside(`${server.folder}/portcullis.db`)
      try {
        await refusesInTime(server.issuer, client, held)
        await readsOn(server.issuer, client)
        expect(await statusesAt(operationsOf(server))).to.deep.equal([200, 503])
      } finally {
        await release()
      }
      expect(await wellInTheEnd(operationsOf(server))).to.deep.equal([200, 200])
      await recovers(server.issuer, client, held)
    }).timeout(PATIENCE_MS)

    it('a request that meets a short lock waits for it and works', async () => {
      const client = await server.client()
      const { code } = await beforehand(server.issuer, client)
      const release = await lockFromOutside(`${server.folder}/portcullis.db`)
      const redeemed = redeem(server.issuer, client, code)
      const ready = wellInTheEnd(operationsOf(server))
      await readsOn(server.issuer, client)
      await release()
      expect((await redeemed).status).to.equal(200)
      expect(await ready).to.deep.equal([200, 200])
    }).timeout(PATIENCE_MS)
  })

  describe('because it is full', () => {
    let folder: SqliteFolder
    /** Where the server keeps what grows; its limit (sqlite.org/pragma.html#pragma_max_page_count) holds for this connection alone. */
    let limited: Connection
    let server: TestServer
    before(async () => {
      folder = await sqliteFolder()
      const place = await FilePlace.make(folder.file)
      limited = Connection.open(folder.file, { groupCommit: true })
      await limited.begin()
      server = await startTestServer({ STORE: `sqlite:${folder.file}` }, (storage) => ({
        ...storage,
        grants: new SqliteGrantRepository(limited),
        flows: new SqliteFlowRepository(limited),
        maintenance: new SqliteStoreMaintenance(limited, place, STEPS),
      }))
    })
    after(async () => {
      await server.stop()
      await server.storage.maintenance.close()
      await folder.remove()
    })

    const allow = (pages: number) => limited.read(() => limited.all(`PRAGMA max_page_count = ${pages}`))
    async function fillUp(save: () => Promise<void>): Promise<void> {
      let refusal: unknown
      while (refusal === undefined) refusal = await failure(save)
      expect(refusal)
        .to.be.instanceOf(StoreUnavailable)
        .with.property('message')
        .that.matches(/ has no room left on its disk$/)
    }

    it('CONC-018: what is new is 503 with Retry-After, /readyz too, reads go on, and everything works as soon as there is room', async () => {
      const client = await server.client()
      const held = await beforehand(server.issuer, client)
      await allow(1)
      await fillUp(() => new SqliteFlowRepository(limited).begin(aFlow()))
      await fillUp(() => new SqliteGrantRepository(limited).save(anActiveGrant()))
      for (const visitor of [new Visitor(), held.visitor]) {
        const page = await inTime(visitor.get(authorizeUrl(server.issuer, client, pkce())))
        expect([page.status, page.location]).to.deep.equal([503, undefined])
        expect(page.headers.get('retry-after')).to.match(/^[1-9]\d*$/)
      }
      await readsOn(server.issuer, client)
      expect(await statusesAt(operationsOf(server))).to.deep.equal([200, 503])
      await allow(1_000_000)
      expect(await statusesAt(operationsOf(server))).to.deep.equal([200, 200])
      await recovers(server.issuer, client, held)
    }).timeout(PATIENCE_MS)
  })

  describe('because the operating system lets no file grow', () => {
    /** As `ulimit -f`, for a process that runs; it can be taken back. */
    const limitFiles = (pid: number | undefined, bytes: string) =>
      spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`], { encoding: 'utf8' })

    it('CONC-018 CONC-020: 503 with Retry-After, /readyz too, reads go on, and everything works afterwards without a restart', async function () {
      if (limitFiles(process.pid, 'unlimited').status !== 0) this.skip()
      const deployment = await deploy(1)
      try {
        const { client, servers } = deployment
        const server = servers[0]!
        const held = await beforehand(server.issuer, client)
        expect(limitFiles(server.pid, '1').stderr).to.equal('')
        await refusesInTime(server.issuer, client, held)
        await readsOn(server.issuer, client)
        expect(await statusesAt(server.operations)).to.deep.equal([200, 503])
        limitFiles(server.pid, 'unlimited')
        expect(await statusesAt(server.operations)).to.deep.equal([200, 200])
        await recovers(server.issuer, client, held)
        expect(await server.end('SIGTERM')).to.equal(0)
      } finally {
        await deployment.stop()
      }
    }).timeout(PATIENCE_MS)

    it('/readyz tells what one of several WORKERS found', async function () {
      if (limitFiles(process.pid, 'unlimited').status !== 0) this.skip()
      const deployment = await deploy(1, { WORKERS: '2' })
      try {
        const { client, servers } = deployment
        const { issuer, operations, pid } = servers[0]!
        const code = await freshCode(issuer, client)
        const workers = (await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')).trim().split(' ').map(Number)
        expect(workers).to.have.length(2)
        for (const worker of workers) limitFiles(worker, '1')
        expect((await redeem(issuer, client, code)).status).to.equal(503)
        expect(await statusesAt(operations)).to.deep.equal([200, 503])
        for (const worker of workers) limitFiles(worker, 'unlimited')
        expect(await statusesAt(operations)).to.deep.equal([200, 200])
        expect((await redeem(issuer, client, code)).status).to.equal(200)
      } finally {
        await deployment.stop()
      }
    }).timeout(PATIENCE_MS)
  })
})
