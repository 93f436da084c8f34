import { expect } from 'chai'
import { stat } from 'node:fs/promises'
import { Connection } from '../../adapters/sqlite/connection.js'
import { openDatabase } from '../../adapters/sqlite/driver.js'
import { FilePlace } from '../../adapters/sqlite/file-place.js'
import { SqliteFlowRepository } from '../../adapters/sqlite/flows.js'
import { SqliteGrantRepository } from '../../adapters/sqlite/grants.js'
import { SqliteStoreMaintenance } from '../../adapters/sqlite/maintenance.js'
import { STEPS } from '../../adapters/sqlite/schema.js'
import { StoreUnavailable } from '../../domain/errors.js'
import { failure } from '../contracts/opened.js'
import { aFlow, aGrant, NOW } from '../support/builders.js'
import { sqliteFolder, type SqliteFolder } from '../support/sqlite-folder.js'

describe('sqlite: whether the file can be written', () => {
  let folder: SqliteFolder
  let store: Connection
  let maintenance: SqliteStoreMaintenance

  beforeEach(async () => {
    folder = await sqliteFolder()
    const place = await FilePlace.make(folder.file)
    store = Connection.open(folder.file, { groupCommit: true })
    await store.begin()
    maintenance = new SqliteStoreMaintenance(store, place, STEPS)
    await maintenance.prepare()
    await maintenance.ready()
  })
  afterEach(async () => {
    await maintenance.close()
    await folder.remove()
  })

  const writtenAt = async () => Promise.all(['', '-wal'].map(async (suffix) => (await stat(`${folder.file}${suffix}`)).mtimeMs))
  const allow = (pages: number) => store.read(() => store.all(`PRAGMA max_page_count = ${pages}`))
  const pages = () => Number(store.get('PRAGMA page_count')?.['page_count'])
  const refusal = async () => {
    const error = await failure(() => maintenance.ready())
    expect(error).to.be.instanceOf(StoreUnavailable)
    return (error as StoreUnavailable).message
  }

  /** Until no page is left for any kind of row. */
  async function fillUp(): Promise<void> {
    await allow(1)
    const [flows, grants] = [new SqliteFlowRepository(store), new SqliteGrantRepository(store)]
    for (const save of [() => flows.begin(aFlow()), () => grants.save(aGrant())]) {
      let isFull = false
      while (!isFull)
        isFull = await save().then(
          () => false,
          () => true,
        )
    }
  }

  it('is looked at without writing', async () => {
    const before = await writtenAt()
    for (let i = 0; i < 5; i++) await maintenance.ready()
    expect(await writtenAt()).to.deep.equal(before)
  })

  it('is not while another process keeps it locked, which is known after about a second, and is again afterwards', async () => {
    const other = openDatabase(folder.file)
    other.exec('BEGIN IMMEDIATE')
    const began = performance.now()
    expect(await refusal()).to.match(/is locked by another process$/)
    // Well before the 4 s that a write waits.
    expect(performance.now() - began).to.be.within(900, 3_900)
    other.close()
    await maintenance.ready()
  })

  it('is while another process keeps it locked for a moment', async () => {
    const other = openDatabase(folder.file)
    other.exec('BEGIN IMMEDIATE')
    setTimeout(() => other.exec('ROLLBACK'), 300)
    await maintenance.ready()
    other.close()
  })

  it('is while this process removes what has expired', async () => {
    const grants = new SqliteGrantRepository(store)
    await Promise.all(Array.from({ length: 5_000 }, () => grants.save(aGrant())))
    const state = { isPruned: false }
    const pruned = maintenance.prune(NOW).finally(() => (state.isPruned = true))
    let checks = 0
    for (; !state.isPruned; checks++) await maintenance.ready()
    expect((await pruned)['grants']).to.equal(5_000)
    expect(checks).to.be.greaterThan(5)
  })

  it('is not from a write that found the disk full until there is room, and a check leaves nothing behind', async () => {
    await fillUp()
    for (let i = 0; i < 2; i++) expect(await refusal()).to.match(/has no room left on its disk$/)
    await allow(1_000_000)
    const before = await maintenance.status()
    await maintenance.ready()
    expect(await maintenance.status()).to.deep.equal(before)
    const [written, size] = [await writtenAt(), pages()]
    await maintenance.ready()
    expect([await writtenAt(), pages()]).to.deep.equal([written, size])
  })

  it('is not while a full disk is locked as well, and the room is looked for again afterwards', async () => {
    await fillUp()
    const other = openDatabase(folder.file)
    other.exec('BEGIN IMMEDIATE')
    expect(await refusal()).to.match(/is locked by another process$/)
    other.close()
    expect(await refusal()).to.match(/has no room left on its disk$/)
  })
})
