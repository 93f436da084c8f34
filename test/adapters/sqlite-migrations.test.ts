import { expect } from 'chai'
import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../../adapters/sqlite/driver.js'
import { STEPS, type Step } from '../../adapters/sqlite/schema.js'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { Storage } from '../../ports/storage.js'
import { anActiveGrant, aScope } from '../support/builders.js'
import { sqliteFolder, type SqliteFolder } from '../support/sqlite-folder.js'
import { NEXT_STEPS } from '../support/sqlite-steps.js'

const PREPARING = fileURLToPath(new URL(`../support/sqlite-preparing${extname(import.meta.url)}`, import.meta.url))
const STRUCTURE = ['add column grants.channel', 'create index grants_by_channel']
const KNOWN = STEPS.length
const NEXT = NEXT_STEPS.length
/** More than two batches. */
const ROWS = 1_203

const message = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.catch((refusal: unknown) => refusal)
  expect(error).to.be.instanceOf(StoreUnavailable)
  return (error as StoreUnavailable).message
}

describe('sqlite: the next version of the schema', function () {
  this.timeout(60_000)
  let folder: SqliteFolder
  let open: Storage[]
  let present: Storage
  async function begin(): Promise<void> {
    folder = await sqliteFolder()
    open = []
    present = await storageOf(STEPS)
    await present.maintenance.prepare()
  }
  async function leave(): Promise<void> {
    for (const { maintenance } of open) await maintenance.close()
    await folder.remove()
  }
  beforeEach(begin)
  afterEach(leave)

  async function storageOf(steps: readonly Step[]): Promise<Storage> {
    const storage = await openSqliteStorage(folder.file, { steps })
    open.push(storage)
    return storage
  }
  const saveGrants = (count: number) => Promise.all(Array.from({ length: count }, () => present.grants.save(anActiveGrant())))
  function ask(sql: string): unknown {
    const db = openDatabase(folder.file)
    const [answer] = Object.values(db.prepare(sql).get({}) ?? {})
    db.close()
    return answer
  }
  const lacking = () => ask('SELECT count(*) FROM grants WHERE channel IS NULL')
  const version = () => ask('PRAGMA user_version')

  it('is announced, with the rows that it would touch, and nothing is changed', async () => {
    await saveGrants(ROWS)
    const { maintenance } = await storageOf(NEXT_STEPS)
    const planned = [...STRUCTURE, `backfill grants.channel: ${ROWS} rows`]
    expect(await maintenance.prepare({ dryRun: true })).to.deep.equal(planned)
    const pending = [...STRUCTURE, 'backfill grants.channel']
    expect((await maintenance.status()).schema).to.deep.equal({ version: KNOWN, wanted: NEXT, pending })
    expect(await message(maintenance.ready())).to.include(`lacks a part of its schema (${pending.join(', ')}): run`)
    expect(await maintenance.prepare({ dryRun: true })).to.deep.equal(planned)
    expect(ask(`SELECT count(*) FROM pragma_table_info('grants') WHERE name = 'channel'`)).to.equal(0)
  })

  it('is made as it was announced, to every row, and once', async () => {
    await saveGrants(ROWS)
    const { maintenance } = await storageOf(NEXT_STEPS)
    const planned = await maintenance.prepare({ dryRun: true })
    expect(await maintenance.prepare()).to.deep.equal(planned)
    expect([lacking(), version()]).to.deep.equal([0, NEXT])
    await maintenance.ready()
    expect(await maintenance.prepare()).to.deep.equal([])
  })

  it('leaves what a row has got already', async () => {
    await saveGrants(3)
    const { maintenance } = await storageOf(NEXT_STEPS)
    const db = openDatabase(folder.file)
    db.exec(`ALTER TABLE grants ADD COLUMN channel TEXT; UPDATE grants SET channel = 'own' WHERE rowid = 2`)
    db.close()
    expect(await maintenance.prepare()).to.deep.equal(['create index grants_by_channel', 'backfill grants.channel: 2 rows'])
    expect(ask(`SELECT group_concat(channel) FROM (SELECT channel FROM grants ORDER BY rowid)`)).to.equal('web,own,web')
  })

  it('of an empty store is made at once, without a backfill', async () => {
    const fresh = await sqliteFolder()
    const { maintenance } = await openSqliteStorage(fresh.file, { steps: NEXT_STEPS })
    const planned = await maintenance.prepare({ dryRun: true })
    expect(planned).to.include('create table users').and.include.members(STRUCTURE)
    expect(planned.filter((words) => words.startsWith('backfill'))).to.deep.equal([])
    expect(await maintenance.prepare()).to.deep.equal(planned)
    await maintenance.ready()
    await maintenance.close()
    await fresh.remove()
  })

  it('is reached over the ones between', async () => {
    const { maintenance } = await storageOf([
      ...NEXT_STEPS,
      { parts: [{ kind: 'table', name: 'notes', sql: 'CREATE TABLE notes (id TEXT)' }] },
    ])
    expect(await maintenance.prepare()).to.deep.equal([...STRUCTURE, 'backfill grants.channel: 0 rows', 'create table notes'])
    expect(version()).to.equal(NEXT + 1)
  })

  it('is recorded when only that is left', async () => {
    const steps = STEPS.map(({ parts }) => ({ parts }))
    const { maintenance } = await storageOf(steps)
    const db = openDatabase(folder.file)
    db.exec('PRAGMA user_version = 0')
    db.close()
    expect((await maintenance.status()).schema.pending).to.deep.equal([`record schema ${KNOWN}`])
    expect(await maintenance.prepare()).to.deep.equal([`record schema ${KNOWN}`])
    await maintenance.ready()
  })

  it('is refused by an older server that starts, tolerated by one that was ready, and never taken back', async () => {
    const starting = await storageOf(STEPS)
    await present.maintenance.ready()
    await (await storageOf(NEXT_STEPS)).maintenance.prepare()
    await present.maintenance.ready()
    const refused = [starting.maintenance.ready(), starting.maintenance.prepare(), present.maintenance.prepare()]
    for (const said of await Promise.all(refused.map(message)))
      expect(said).to.include(`has schema ${NEXT}, but this version of the server knows ${KNOWN}: update the server`)
    expect(version()).to.equal(NEXT)
  })

  it('changes nothing for an older server in the middle of its work', async () => {
    const [before, later] = [anActiveGrant(), anActiveGrant()]
    await present.grants.save(before)
    expect(await present.grants.find(before.id)).to.deep.equal(before)
    await (await storageOf(NEXT_STEPS)).maintenance.prepare()
    await present.grants.save(later)
    for (const grant of [before, later]) expect(await present.grants.find(grant.id)).to.deep.equal(grant)
    expect(lacking()).to.equal(1)
  })

  it('lets other processes write between two batches', async () => {
    await saveGrants(10_000)
    const { maintenance } = await storageOf(NEXT_STEPS)
    const order: string[] = []
    const prepared = maintenance.prepare().then(() => order.push('prepared'))
    for (let i = 0; i < 5; i++) await present.scopes.add(aScope())
    order.push('written')
    await prepared
    expect(order).to.deep.equal(['written', 'prepared'])
  })

  it('is shared by several that prepare at once', async () => {
    await saveGrants(ROWS)
    const several = await Promise.all([1, 2, 3].map(() => storageOf(NEXT_STEPS)))
    const done = (await Promise.all(several.map(({ maintenance }) => maintenance.prepare()))).flat()
    for (const words of STRUCTURE) expect(done.filter((said) => said === words)).to.have.lengthOf(1)
    const changed = done.map((words) => Number(/^backfill grants\.channel: (\d+) rows$/.exec(words)?.[1] ?? 0))
    expect(changed.reduce((sum, rows) => sum + rows)).to.equal(ROWS)
    for (const { maintenance } of several) await maintenance.ready()
  })

  /** Whether the process that prepares was killed in the middle of it; else it was done before. */
  async function killed(): Promise<boolean> {
    const child = fork(PREPARING, [folder.file], { execArgv: ['--import', 'tsx'] })
    const ended = new Promise((exited) => child.once('exit', (code, signal) => exited(code ?? signal)))
    const db = openDatabase(folder.file)
    const has = (sql: string) => db.prepare(sql).get({}) !== undefined
    while (!has(`SELECT 1 FROM pragma_table_info('grants') WHERE name = 'channel'`)) await new Promise((later) => setTimeout(later, 5))
    while (!has('SELECT 1 FROM grants WHERE channel IS NOT NULL')) await new Promise((later) => setTimeout(later, 1))
    db.close()
    child.kill('SIGKILL')
    expect(await ended).to.be.oneOf(['SIGKILL', 0])
    return Number(lacking()) > 0
  }

  it('is finished by the next when kill -9 ends it in the middle', async () => {
    const rows = 30_000
    await saveGrants(rows)
    for (let tries = 1; !(await killed()); tries++) {
      expect(tries, 'it was done before the kill').to.be.below(5)
      await leave()
      await begin()
      await saveGrants(rows)
    }
    const left = Number(lacking())
    expect(left).to.be.greaterThan(0).and.lessThan(rows)
    expect(version()).to.equal(KNOWN)
    const { maintenance } = await storageOf(NEXT_STEPS)
    expect(await message(maintenance.ready())).to.include('(backfill grants.channel): run')
    expect(await maintenance.prepare()).to.deep.equal([`backfill grants.channel: ${left} rows`])
    expect([lacking(), version()]).to.deep.equal([0, NEXT])
    await maintenance.ready()
  })
})
