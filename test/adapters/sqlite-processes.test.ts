import { expect } from 'chai'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import type { AttemptId } from '../../domain/ids.js'
import type { Storage } from '../../ports/storage.js'
import { anActiveGrant, anApprovedGrant, anAttempt } from '../support/builders.js'
import { sqliteFolder, type SqliteFolder } from '../support/sqlite-folder.js'
import { inProcesses } from '../support/sqlite-process.js'

const PROCESSES = 3
const CONTENDERS = 20

const forEachProcess = <Value>(make: (process: number) => Value): Value[] =>
  Array.from({ length: PROCESSES }, (_, process) => make(process))
const attempts = (): AttemptId[] => Array.from({ length: CONTENDERS }, anAttempt)

describe('sqlite: several processes on one file', function () {
  this.timeout(60_000)
  let folder: SqliteFolder
  let file: string

  beforeEach(async () => {
    folder = await sqliteFolder()
    file = folder.file
  })
  afterEach(() => folder.remove())

  async function withStorage<Result>(use: (storage: Storage) => Promise<Result>): Promise<Result> {
    const storage = await openSqliteStorage(file)
    await storage.maintenance.prepare()
    try {
      return await use(storage)
    } finally {
      await storage.maintenance.close()
    }
  }

  it('prepare it at once: one does, and all are content', async () => {
    const done = await inProcesses<readonly string[]>(forEachProcess(() => ({ kind: 'prepare', file })))
    expect(done.filter(({ length }) => length > 0)).to.have.lengthOf(1)
    await withStorage((storage) => storage.maintenance.ready())
  })

  it('write at once, and nobody is refused', async () => {
    await withStorage((storage) => storage.maintenance.ready())
    const names = (process: number) => Array.from({ length: 150 }, (_, i) => `scope-${process}-${i}`)
    const added = await inProcesses<number>(forEachProcess((process) => ({ kind: 'add', file, scopes: names(process) })))
    expect(added).to.deep.equal(forEachProcess(() => 150))
    expect(await withStorage(({ scopes }) => scopes.list())).to.have.lengthOf(150 * PROCESSES)
  })

  for (const [kind, grant] of [
    ['redeem', anApprovedGrant()],
    ['rotate', anActiveGrant()],
  ] as const) {
    it(`${kind}: one of ${PROCESSES} × ${CONTENDERS} attempts wins`, async () => {
      await withStorage(({ grants }) => grants.save(grant))
      const tasks = forEachProcess(() => ({ kind, file, grant: grant.id, attempts: attempts() }))
      const answers = (await inProcesses<readonly (AttemptId | null)[]>(tasks)).flat()
      expect(answers).to.have.lengthOf(PROCESSES * CONTENDERS)
      const winners = answers.filter((attempt) => attempt !== null)
      expect(winners).to.have.lengthOf(1)
      const kept = await withStorage(({ grants }) => grants.find(grant.id))
      expect(kind === 'redeem' ? kept?.code.redeemedBy : kept?.refresh?.rotatedBy).to.equal(winners[0])
    })
  }
})
