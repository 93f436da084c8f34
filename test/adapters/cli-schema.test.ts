import { expect } from 'chai'
import { dirname } from 'node:path'
import { openDatabase } from '../../adapters/sqlite/driver.js'
import { STEPS } from '../../adapters/sqlite/schema.js'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import { portcullis } from '../support/command.js'
import { SECRET } from '../support/server.js'
import { sqliteFolder, type SqliteFolder } from '../support/sqlite-folder.js'

describe('a command on a store of another schema', function () {
  this.timeout(30_000)
  let folder: SqliteFolder
  beforeEach(async () => {
    folder = await sqliteFolder()
  })
  afterEach(() => folder.remove())
  const run = (...args: string[]) =>
    portcullis(dirname(folder.file), { PORTCULLIS_STORE: `sqlite:${folder.file}`, PORTCULLIS_SECRETS: SECRET }, args)

  it('is refused with 69 and the way on, and writes nothing, where the schema is older; store commands go on', async () => {
    const { maintenance } = await openSqliteStorage(folder.file, { steps: STEPS.slice(0, -1) })
    await maintenance.prepare()
    await maintenance.close()
    const { code, errors } = await run('scope', 'create', 'read', '--description', 'May read')
    expect(code).to.equal(69)
    expect(errors).to.include('portcullis store prepare')
    expect((await run('store', 'status')).code).to.equal(0)
    expect((await run('store', 'prepare')).code).to.equal(0)
    expect((await run('scope', 'list')).out).to.include('There are no scopes')
  })

  it('is refused with 69 and the way on where the schema is newer', async () => {
    const { maintenance } = await openSqliteStorage(folder.file)
    await maintenance.prepare()
    await maintenance.close()
    const db = openDatabase(folder.file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    const { code, errors } = await run('scope', 'create', 'read', '--description', 'May read')
    expect([code, errors.includes('update')]).to.deep.equal([69, true])
  })
})
