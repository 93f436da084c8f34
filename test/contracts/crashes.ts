import { expect } from 'chai'
import type { Storage } from '../../ports/storage.js'
import { BEGINNINGS } from './crash-beginnings.js'
import { ENDINGS } from './crash-endings.js'
import { Died, dying, WAYS_TO_DIE, type WayToDie } from './dying.js'
import { House } from './house.js'
import { failure, opening, type Open } from './opened.js'
import type { UseCase } from './use-case.js'

/** A use case whose process dies at write `at`, what the next process finds, and what it makes of it; false when there is no such write. */
async function dies<Setting>(useCase: UseCase<Setting>, storage: Storage, at: number, way: WayToDie): Promise<boolean> {
  const setting = await useCase.arrange(new House(storage))
  const process = dying(storage, at, way)
  const failed = await failure(() => useCase.run(new House(process.storage), setting))
  if (!process.isDead()) {
    expect(failed).to.equal(undefined)
    return false
  }
  expect(failed).to.be.instanceOf(Died)
  await useCase.survives(new House(storage), setting, way === 'before' ? at - 1 : at)
  await useCase.run(new House(storage), setting)
  await useCase.completes(new House(storage), setting)
  return true
}

/** Kills what the domain does at each of its writes and looks at what is left. */
export function crashContract(name: string, open: Open): void {
  describe(`${name}: a process that dies between any two writes`, () => {
    const storage = opening(open)
    const eachDies = <Setting>(useCases: Readonly<Record<string, UseCase<Setting>>>) => {
      for (const [what, useCase] of Object.entries(useCases))
        for (const way of WAYS_TO_DIE)
          it(`while ${what}: ${way} each write`, async () => {
            let at = 1
            while (await dies(useCase, storage(), at, way)) at++
            expect(at - 1, 'writes').to.be.at.least(useCase.writes)
          })
    }
    eachDies(BEGINNINGS)
    eachDies(ENDINGS)

    for (const way of WAYS_TO_DIE)
      it(`while it makes the first signing key: ${way} the write`, async () => {
        const { keys } = storage()
        const makesKey: UseCase<undefined> = {
          writes: 1,
          arrange: () => Promise.resolve(undefined),
          run: ({ keyRing }) => keyRing.signingKey(),
          survives: async (_house, _setting, happened) => {
            expect(await keys.list()).to.have.length(happened)
          },
          completes: async ({ keyRing }) => {
            expect(await keys.list()).to.have.length(1)
            expect((await keyRing.jwks()).keys).to.have.length(1)
          },
        }
        expect(await dies(makesKey, storage(), 1, way)).to.equal(true)
      })
  })
}
