import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { openDatabase, resultCode, type Database } from '../../adapters/sqlite/driver.js'
import { sqliteFolder } from '../support/sqlite-folder.js'

type Way = 'all' | 'get' | 'run'
const WAYS: readonly Way[] = ['all', 'get', 'run']

describe('the SQLite driver', () => {
  let folder: Awaited<ReturnType<typeof sqliteFolder>>
  beforeEach(async () => {
    folder = await sqliteFolder()
  })
  afterEach(() => folder.remove())

  const codeOf = (ask: () => unknown): number | undefined => {
    try {
      ask()
    } catch (error) {
      return resultCode(error)
    }
    return undefined
  }
  const withRows = (): Database => {
    const db = openDatabase(folder.file)
    db.exec('CREATE TABLE kept (text); INSERT INTO kept SELECT hex(zeroblob(2000)) FROM (VALUES (1), (2), (3))')
    return db
  }

  for (const way of WAYS) {
    it(`says that a file is locked, however it is asked: ${way}`, () => {
      const [db, other] = [withRows(), openDatabase(folder.file)]
      const statement = db.prepare('SELECT * FROM kept')
      other.exec('BEGIN EXCLUSIVE')
      for (let i = 0; i < 2; i++) expect(codeOf(() => statement[way]({}))).to.equal(5)
      other.close()
      expect(codeOf(() => statement[way]({}))).to.equal(undefined)
      db.close()
    })

    it(`says that a file is damaged, however it is asked: ${way}`, () => {
      withRows().close()
      const bytes = readFileSync(folder.file)
      writeFileSync(folder.file, bytes.fill(0xff, 4096))
      const db = openDatabase(folder.file)
      expect(codeOf(() => db.prepare('SELECT count(text) FROM kept')[way]({}))).to.equal(11)
      db.close()
    })
  }

  it('leaves what is not SQLite’s alone', () => {
    for (const error of [new Error('database is locked'), 'database is locked', undefined]) expect(resultCode(error)).to.equal(undefined)
  })
})
