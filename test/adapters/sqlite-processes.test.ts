import { extname } from 'node:path'
import { expect } from 'chai'
import { ProcessPool } from '../contracts/process-pool.js'
import { call } from '../contracts/process-races.js'
import { sqliteFolder } from '../support/sqlite-folder.js'

const MODULE = new URL(`../../adapters/sqlite/storage${extname(import.meta.url)}`, import.meta.url).href

describe('sqlite: three processes on one empty file', function () {
  this.timeout(60_000)

  it('prepare it at once, and one of them did', async () => {
    const folder = await sqliteFolder()
    const pool = await ProcessPool.start()
    try {
      await pool.open({ module: MODULE, name: 'openSqliteStorage', args: [folder.file] })
      const done = (await pool.call(() => [call('maintenance', 'prepare')])).flat() as (readonly string[])[]
      expect(done.filter(({ length }) => length > 0)).to.have.length(1)
      await pool.close()
    } finally {
      await pool.end()
      await folder.remove()
    }
  })
})
