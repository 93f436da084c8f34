import { expect } from 'chai'
import { copyFile, mkdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openDatabase, type Database } from '../../adapters/sqlite/driver.js'
import { pruneStatements } from '../../adapters/sqlite/maintenance.js'
import { STEPS } from '../../adapters/sqlite/schema.js'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { aClient, aGrant, aGrantId, anActiveGrant, anAttempt, aScope, after, aUserId, NOW } from '../support/builders.js'
import { inTime } from '../support/fault-proxy-load.js'
import { sqliteFolder, type SqliteFolder } from '../support/sqlite-folder.js'

const message = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.catch((refusal: unknown) => refusal)
  expect(error).to.be.instanceOf(StoreUnavailable)
  return (error as StoreUnavailable).message
}

const mode = async (path: string) => (await stat(path)).mode & 0o777

describe('sqlite: the file', () => {
  let folder: SqliteFolder
  let open: Storage[]

  const storageAt = async (file = folder.file): Promise<Storage> => {
    const storage = await openSqliteStorage(file)
    open.push(storage)
    return storage
  }
  const prepared = async (): Promise<Storage> => {
    const storage = await storageAt()
    await storage.maintenance.prepare()
    return storage
  }
  /** What another program does to the file. */
  function meddle(sql: string): Database {
    const db = openDatabase(folder.file)
    db.exec(sql)
    return db
  }

  beforeEach(async () => {
    folder = await sqliteFolder()
    open = []
  })
  afterEach(async () => {
    for (const { maintenance } of open) await maintenance.close()
    await folder.remove()
  })

  describe('opening', () => {
    it('makes file and folders for their owner alone', async () => {
      const file = join(dirname(folder.file), 'var', 'deeper', 'portcullis.db')
      await (await storageAt(file)).maintenance.prepare()
      for (const path of [dirname(file), dirname(dirname(file))]) expect(await mode(path)).to.equal(0o700)
      for (const suffix of ['', '-wal', '-shm']) expect(await mode(`${file}${suffix}`)).to.equal(0o600)
    })

    it('says that a file is no database', async () => {
      await writeFile(folder.file, 'not a database, but long enough to be looked at. '.repeat(100))
      expect(await message(storageAt())).to.match(/is not an SQLite database, or is damaged$/)
    })

    it('says that a file is damaged', async () => {
      await (await prepared()).maintenance.close()
      await truncate(folder.file, 8192)
      expect(await message(storageAt())).to.match(/is damaged$/)
    })

    it('leaves the file of another program as it is', async () => {
      meddle('CREATE TABLE users (id INTEGER)').close()
      const before = await readFile(folder.file)
      expect(await message(storageAt())).to.match(/belongs to another program$/)
      expect((await readFile(folder.file)).equals(before)).to.equal(true)
    })

    it('says that a path cannot be a file', async () => {
      await mkdir(folder.file)
      expect(await message(storageAt())).to.match(/cannot be opened: it is not a file$/)
      expect(await message(storageAt('/dev/null/portcullis.db'))).to.match(/cannot be opened: /)
      expect(await message(storageAt(''))).to.match(/names no file$/)
    })

    it('gives up on a file that stays locked, and opens it afterwards', async () => {
      const other = meddle('BEGIN EXCLUSIVE')
      expect(await message(inTime(storageAt()))).to.match(/is locked by another process$/)
      other.close()
      expect(await (await storageAt()).maintenance.isEmpty()).to.equal(true)
    }).timeout(15_000)
  })

  describe('the schema', () => {
    it('is made once', async () => {
      const { maintenance } = await storageAt()
      expect(await maintenance.isEmpty()).to.equal(true)
      expect(await message(maintenance.ready())).to.match(/has no schema yet: run `portcullis store prepare`$/)
      const planned = await maintenance.prepare({ dryRun: true })
      expect(planned).to.include('create table grants')
      expect(await maintenance.status()).to.deep.include({ schema: { version: 0, wanted: STEPS.length, pending: planned } })
      expect(await maintenance.isEmpty()).to.equal(true)
      expect(await maintenance.prepare()).to.deep.equal(planned)
      expect(await maintenance.prepare()).to.deep.equal([])
      await maintenance.ready()
    })

    it('is not ready without a part of it, and prepare puts it back', async () => {
      const { maintenance, scopes } = await prepared()
      meddle('DROP INDEX grants_of_user; DROP TABLE scopes').close()
      expect(await message(maintenance.ready())).to.match(/lacks a part of its schema \(create index grants_of_user, create table scopes\)/)
      expect(await message(scopes.list())).to.match(/lacks a part of its schema/)
      expect(await maintenance.prepare()).to.deep.equal(['create index grants_of_user', 'create table scopes'])
      expect(await scopes.list()).to.deep.equal([])
    })

    it('of a newer version is refused and left alone', async () => {
      const { maintenance } = await prepared()
      meddle('PRAGMA user_version = 9').close()
      for (const call of [maintenance.ready(), maintenance.prepare()]) {
        expect(await message(call)).to.match(
          new RegExp(`has schema 9, but this version of the server knows ${STEPS.length}: update the server$`),
        )
      }
      expect((await maintenance.status()).schema).to.deep.equal({ version: 9, wanted: STEPS.length, pending: [] })
    })

    it('overwrites what was deleted, and lets a rotation touch no index', async () => {
      const { clients, grants } = await prepared()
      const client = aClient()
      await clients.add(client)
      await clients.remove(client.id)
      const plan = meddle('').prepare(
        `EXPLAIN UPDATE grants SET generation = 2, rotated_before = 1, rotated_at = 2, rotated_by = '', idle_expires_at = 3 WHERE id = x'00'`,
      )
      expect(plan.all({}).filter(({ opcode }) => opcode === 'IdxInsert' || opcode === 'IdxDelete')).to.deep.equal([])
      await grants.save(anActiveGrant())
      for (const { maintenance } of open) await maintenance.close()
      expect((await readFile(folder.file)).includes(client.secretHashes[0]!)).to.equal(false)
    })
  })

  describe('whose path no longer leads to it', () => {
    it('is not ready while it is moved away, and is again when it is back', async () => {
      const { maintenance } = await prepared()
      await rename(folder.file, `${folder.file}.old`)
      expect(await message(maintenance.ready())).to.match(/was moved away or deleted while it was open: put it back or restart the server$/)
      await rename(`${folder.file}.old`, folder.file)
      await maintenance.ready()
    })

    it('is not ready when another file is in its place', async () => {
      const { maintenance } = await prepared()
      await copyFile(folder.file, `${folder.file}.copy`)
      await rename(`${folder.file}.copy`, folder.file)
      expect(await message(maintenance.ready())).to.match(/was replaced by another file while it was open: restart the server$/)
    })
  })

  describe('while it is locked', () => {
    it('refuses writes in time, reads on, and recovers', async () => {
      const { scopes } = await prepared()
      const scope = aScope()
      await scopes.add(scope)
      const other = meddle('BEGIN IMMEDIATE')
      const refused = message(inTime(scopes.add(aScope())))
      expect(await scopes.list()).to.deep.equal([scope])
      expect(await refused).to.match(/is locked by another process$/)
      other.close()
      expect(await scopes.add(aScope())).to.equal(true)
    }).timeout(15_000)

    it('lets the process do other things meanwhile', async () => {
      const { scopes } = await prepared()
      const other = meddle('BEGIN IMMEDIATE')
      const added = scopes.add(aScope())
      for (let turns = 0; turns < 20; turns++) await new Promise((later) => setTimeout(later, 1))
      other.close()
      expect(await added).to.equal(true)
    }).timeout(2_000)
  })

  it('says that it is closed', async () => {
    const { maintenance, grants, scopes } = await prepared()
    const late = scopes.add(aScope())
    await maintenance.close()
    await maintenance.close()
    expect(await late).to.equal(true)
    expect(await message(scopes.list())).to.match(/is closed$/)
    expect(await message(grants.rotate(aGrantId(), 1, { attempt: anAttempt(), at: NOW, idleExpiresAt: after(1) }))).to.match(/is closed$/)
  })

  it('finds nothing under another spelling of an id, and takes no malformed one', async () => {
    const { grants } = await prepared()
    const grant = anActiveGrant()
    await grants.save(grant)
    const respelled = `${grant.id.slice(0, -1)}${grant.id.endsWith('A') ? 'B' : String.fromCharCode(grant.id.charCodeAt(21) + 1)}`
    for (const id of [respelled, `${grant.id}=`, ` ${grant.id}`, '', 'x']) {
      expect(await grants.find(id as typeof grant.id)).to.equal(undefined)
      expect(await grants.end(id as typeof grant.id, 'revoked', NOW)).to.equal(false)
    }
    const malformed = grants.save({ ...grant, id: 'x' as typeof grant.id })
    expect(await malformed.catch((refusal: unknown) => refusal)).to.be.instanceOf(TypeError)
  })

  for (const table of ['grants', 'sessions', 'flows', 'denied_tokens', 'attempts'] as const) {
    it(`finds what it prunes of the ${table} by an index`, async () => {
      await prepared()
      const db = openDatabase(folder.file)
      for (const statement of pruneStatements(table)) {
        const plan = db.prepare(`EXPLAIN QUERY PLAN ${statement}`).all({ at: 1 })
        const steps = plan.map(({ detail }) => String(detail))
        expect(
          steps.some((step) => new RegExp(`^SEARCH ${table} USING .*INDEX ${table}_by_`).test(step)),
          steps.join(),
        ).to.equal(true)
        expect(steps.filter((step) => step.startsWith('SCAN'))).to.deep.equal([])
      }
      db.close()
    })
  }

  it('prunes in batches, between which others write', async () => {
    const { grants, maintenance } = await prepared()
    const userId = aUserId()
    await Promise.all(Array.from({ length: 450 }, () => grants.save(aGrant({ userId }))))
    const order: string[] = []
    const pruned = maintenance.prune(NOW).then((counts) => order.push(`pruned ${counts['grants'] ?? 0}`))
    await grants.save(anActiveGrant())
    order.push('saved')
    await pruned
    expect(order).to.deep.equal(['saved', 'pruned 450'])
  })
})
