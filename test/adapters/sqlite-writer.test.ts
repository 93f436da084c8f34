import { expect } from 'chai'
import { openDatabase, type Database } from '../../adapters/sqlite/driver.js'
import { Writer } from '../../adapters/sqlite/writer.js'
import { sqliteFolder, type SqliteFolder } from '../support/sqlite-folder.js'

const INSERT = 'INSERT INTO things (name) VALUES (:name)'

describe('sqlite: group commit', () => {
  let folder: SqliteFolder
  let db: Database
  let events: string[]

  /** The file, with what begins and ends a transaction written down. */
  function traced(failing?: string): Database {
    return {
      get isOpen() {
        return db.isOpen
      },
      get isTransaction() {
        return db.isTransaction
      },
      prepare: (sql) => db.prepare(sql),
      exec: (sql) => {
        events.push(sql)
        if (sql === failing) throw new Error('the disk is gone')
        db.exec(sql)
      },
      close: () => db.close(),
    }
  }

  const insert = (writer: Writer, name: string) =>
    writer
      .write(() => {
        events.push(`run ${name}`)
        return db.prepare(INSERT).run({ name }).changes
      })
      .then(
        () => events.push(`answer ${name}`),
        () => events.push(`refuse ${name}`),
      )

  const names = () =>
    db
      .prepare('SELECT name FROM things ORDER BY rowid')
      .all({})
      .map((row) => row['name'])

  beforeEach(async () => {
    folder = await sqliteFolder()
    db = openDatabase(folder.file)
    db.exec('CREATE TABLE things (name TEXT NOT NULL UNIQUE) STRICT')
    events = []
  })

  afterEach(async () => {
    db.close()
    await folder.remove()
  })

  it('runs what came together in one transaction, and answers after its commit', async () => {
    const writer = new Writer(traced(), { groupCommit: true })
    await Promise.all(['a', 'b', 'c'].map((name) => insert(writer, name)))
    const runs = ['run a', 'run b', 'run c']
    expect(events).to.deep.equal(['BEGIN IMMEDIATE', ...runs, 'COMMIT', 'answer a', 'answer b', 'answer c'])
  })

  it('commits each by itself when it is told to', async () => {
    const writer = new Writer(traced(), { groupCommit: false })
    await Promise.all(['a', 'b'].map((name) => insert(writer, name)))
    expect(events.filter((event) => event === 'COMMIT')).to.have.lengthOf(2)
    expect(events.indexOf('answer a')).to.be.lessThan(events.indexOf('run b'))
  })

  it('lets a run that throws fail alone', async () => {
    const writer = new Writer(traced(), { groupCommit: true })
    await Promise.all(['a', 'a', 'b'].map((name) => insert(writer, name)))
    expect(events.slice(-3)).to.have.members(['answer a', 'refuse a', 'answer b'])
    expect(names()).to.deep.equal(['a', 'b'])
  })

  it('refuses everybody and keeps nothing when the commit fails', async () => {
    const writer = new Writer(traced('COMMIT'), { groupCommit: true })
    await Promise.all(['a', 'b'].map((name) => insert(writer, name)))
    expect(events.slice(-3)).to.deep.equal(['ROLLBACK', 'refuse a', 'refuse b'])
    expect(names()).to.deep.equal([])
  })

  it('waits for the lock, and those who come later join', async () => {
    const writer = new Writer(traced(), { groupCommit: true })
    const other = openDatabase(folder.file)
    other.exec('BEGIN IMMEDIATE')
    const first = insert(writer, 'a')
    while (events.filter((event) => event === 'BEGIN IMMEDIATE').length < 3) await new Promise((later) => setTimeout(later, 1))
    const second = insert(writer, 'b')
    other.exec('ROLLBACK')
    await Promise.all([first, second])
    other.close()
    expect(events.slice(-5)).to.deep.equal(['run a', 'run b', 'COMMIT', 'answer a', 'answer b'])
  })

  it('is drained when the last one is answered', async () => {
    const writer = new Writer(traced(), { groupCommit: false })
    const inserted = ['a', 'b', 'c'].map((name) => insert(writer, name))
    await writer.drained()
    expect(names()).to.deep.equal(['a', 'b', 'c'])
    await Promise.all(inserted)
  })
})
