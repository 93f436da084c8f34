import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import { systemClock } from '../../adapters/system/clock.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { AGGREGATES } from '../../domain/records.js'
import { StoreMover } from '../../domain/store-mover.js'
import type { Moved } from '../../ports/for-moving-stores.js'
import type { Storage } from '../../ports/storage.js'
import { SAMPLES, type Sample } from '../contracts/records.js'
import { aGrant, aSession, aUser } from '../support/builders.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'
import { COMMAND, deploy, ServerProcess } from '../support/process.js'
import { SECRET, testEnvironment } from '../support/server.js'
import { askToken, authorizeUrl, freshCode, pkce, redeem, refresh, Visitor } from '../support/visitor.js'

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

/** `portcullis store copy` as an operator runs it. */
function startCopy(folder: string, from: string, to: string, ...more: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [COMMAND, 'store', 'copy', '--from', from, '--to', to, ...more], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PORTCULLIS_SECRETS: SECRET },
  })
}

const ended = (child: ChildProcessWithoutNullStreams): Promise<Ran> =>
  new Promise((resolve, reject) => {
    let [out, errors] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, errors }))
  })

const copy = (folder: string, from: string, to: string, ...more: string[]): Promise<Ran> => ended(startCopy(folder, from, to, ...more))

const sum = (numbers: Readonly<Record<string, number>>): number => Object.values(numbers).reduce((total, number) => total + number, 0)
const rowsOf = async (storage: Storage): Promise<number> => sum((await storage.maintenance.status()).rows)

describe('portcullis store copy', function () {
  this.timeout(120_000)
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcullis-copy-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const prepared = async (name: string): Promise<Storage> => {
    const storage = await openSqliteStorage(join(folder, name))
    await storage.maintenance.prepare()
    return storage
  }

  it('a server on the copy goes on with the sessions, approvals, secrets, refresh tokens and keys of the other', async () => {
    const deployment = await deploy(1)
    const { client, servers } = deployment
    const [server] = servers
    const visitor = new Visitor()
    const keysOf = async () => (await (await fetch(`${server!.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
    const tokens = await redeem(server!.issuer, client, await freshCode(server!.issuer, client, { visitor }))
    const keys = await keysOf()
    await server!.end('SIGTERM')

    const { code, out, errors } = await copy(deployment.folder, 'sqlite:portcullis.db', 'sqlite:copy.db')
    expect(code, errors).to.equal(0)
    expect(out)
      .to.match(/^AGGREGATE +COPIED +ALREADY THERE +TOTAL +CHECKSUM$/m)
      .and.match(/^users +2 +0 +2 +[0-9a-f]{64}$/m)
    expect(errors).to.include('copying users: 2 of 2, 2 written\n').and.not.include('\r')

    const other = await testEnvironment(deployment.folder, { STORE: 'sqlite:copy.db' })
    const moved = new ServerProcess(
      { ...other, PORTCULLIS_ISSUER: server!.issuer, PORTCULLIS_PORT: new URL(server!.issuer).port },
      deployment.folder,
    )
    try {
      await moved.start()
      const remembered = await visitor.get(authorizeUrl(moved.issuer, client, pkce()))
      expect(remembered.location, 'session and approval').to.include('https://rp.test/cb?').and.include('code=')
      expect((await askToken(moved.issuer, client, { grant_type: 'client_credentials' })).status, 'client secret').to.equal(200)
      expect((await refresh(moved.issuer, client, tokens.body['refresh_token'])).status, 'refresh token').to.equal(200)
      expect(await keysOf()).to.deep.equal(keys)
      await jwtVerify(String(tokens.body['access_token']), createLocalJWKSet(await keysOf()), { issuer: moved.issuer })
    } finally {
      await moved.end('SIGKILL')
      await deployment.stop()
    }
  })

  /** How many rows are there after three kills, of which each found more than the one before; all of them when a kill came too late. */
  async function killedThrice(name: string, all: number): Promise<number> {
    const to = await prepared(name)
    let there = 0
    for (let kill = 0; kill < 3 && there < all; kill++) {
      const child = startCopy(folder, 'sqlite:from.db', `sqlite:${name}`)
      const dead = ended(child)
      while (child.exitCode === null && (await rowsOf(to)) < there + 2_000) await new Promise((soon) => setTimeout(soon, 5))
      child.kill('SIGKILL')
      const { code, errors } = await dead
      const now = await rowsOf(to)
      if (code !== null) expect([code, now], errors).to.deep.equal([0, all])
      expect(now).to.be.above(there)
      there = now
    }
    await to.maintenance.close()
    return there
  }

  it('killed again and again it goes on where it stopped, and proves the whole in the end', async () => {
    const from = await prepared('from.db')
    const user = aUser()
    await from.users.add(user)
    await Promise.all(Array.from({ length: 10_000 }, () => from.sessions.begin(aSession({ userId: user.id }))))
    await Promise.all(Array.from({ length: 10_000 }, () => from.grants.save(aGrant({ userId: user.id }))))
    const all = await rowsOf(from)
    let [name, there] = ['', all]
    // Where a copy was done before its kill, once more, to a store that is empty.
    for (let tries = 0; there === all; tries++) {
      expect(tries, 'the copies were done before their kills').to.be.below(5)
      name = `to-${tries.toString()}.db`
      there = await killedThrice(name, all)
    }
    const last = await copy(folder, 'sqlite:from.db', `sqlite:${name}`, '--json')
    expect(last.code, last.errors).to.equal(0)
    const moved = JSON.parse(last.out) as Moved
    expect(Object.keys(moved)).to.have.members(['copied', 'rows', 'checksums'])
    expect([sum(moved.rows), sum(moved.copied)]).to.deep.equal([all, all - there])
    const again = JSON.parse((await copy(folder, 'sqlite:from.db', `sqlite:${name}`, '--json')).out) as Moved
    expect(again).to.deep.include({ rows: moved.rows, checksums: moved.checksums })
    expect(sum(again.copied)).to.equal(0)
    await from.maintenance.close()
  })

  it('refuses what it cannot do, with the exit status of the mistake, and writes nothing', async () => {
    const [from, own] = [await prepared('from.db'), await prepared('own.db')]
    await from.users.add(aUser())
    await own.users.add(aUser())
    await symlink(join(folder, 'from.db'), join(folder, 'link.db'))
    await writeFile(join(folder, 'empty.db'), '')
    const secret = 'hunter2'
    const runs: readonly (readonly [number, string, string, RegExp])[] = [
      [78, 'memory:', 'sqlite:to.db', /--from: memory:/],
      [78, 'sqlite:from.db', 'memory:', /--to: memory:/],
      [78, 'sqlite:from.db', `sqlite:${join(folder, 'link.db')}`, /same store/],
      [78, 'mongodb://one,two/a', `mongodb://u:${secret}@TWO:27017,one/a?w=1`, /same store/],
      [78, `mongo://u:${secret}@one/a`, 'sqlite:to.db', /--from: must be sqlite:PATH/],
      [78, 'sqlite:nothing.db', 'sqlite:to.db', /--from: there is no file .*nothing\.db/],
      [69, 'sqlite:empty.db', 'sqlite:to.db', /empty\.db has no schema/],
      [69, 'sqlite:from.db', 'sqlite:/dev/null/to.db', /to\.db/],
      [1, 'sqlite:from.db', 'sqlite:own.db', /the destination holds 1 users that the source does not: copy into an empty store/],
    ]
    for (const [status, source, destination, words] of runs) {
      const { code, out, errors } = await copy(folder, source, destination)
      expect([code, out], errors).to.deep.equal([status, ''])
      expect(errors).to.match(words).and.not.include(secret)
    }
    expect(await rowsOf(own)).to.equal(1)
    expect(await readdir(folder)).to.not.include('nothing.db')
    await Promise.all([from.maintenance.close(), own.maintenance.close()])
  })

  onEachMongo('to MongoDB and back', (server) => {
    it('every record comes back the same', async () => {
      const [from, back] = [await prepared('from.db'), await prepared('back.db')]
      for (const aggregate of AGGREGATES) {
        const { full, bare } = SAMPLES[aggregate] as Sample<unknown>
        const records = Array.from({ length: 10 }, full).flatMap((record) => [record, ...bare(full()).slice(-1)])
        await from.transfer.put(aggregate, records as never)
      }
      const database = await freshDatabase(server)
      const mongo = await openMongoStorage(database.uri)
      try {
        const secrets = new SystemSecrets([Buffer.from(SECRET, 'base64url')])
        const there = await new StoreMover({ from, to: mongo, secrets, clock: systemClock }).move(() => undefined)
        const home = await new StoreMover({ from: mongo, to: back, secrets, clock: systemClock }).move(() => undefined)
        expect(sum(there.copied)).to.equal(20 * AGGREGATES.length)
        expect(home).to.deep.equal(there)
      } finally {
        await mongo.maintenance.close()
        await database.drop()
        await Promise.all([from.maintenance.close(), back.maintenance.close()])
      }
    })
  })
})
