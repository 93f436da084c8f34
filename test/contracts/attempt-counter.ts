import { expect } from 'chai'
import { after, MINUTE, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { CONTENDERS, contend, opening, type Open } from './opened.js'

const WINDOW = 15 * MINUTE

export function attemptCounterContract(name: string, open: Open): void {
  describe(`${name}: AttemptCounter`, () => {
    const storage = opening(open)
    const attempts = () => storage().attempts
    const until = after(WINDOW)

    it('counts in one window per key, which later attempts do not move', async () => {
      expect(await attempts().reserve('one', NOW, until)).to.deep.equal({ key: 'one', count: 1, until })
      expect(await attempts().reserve('one', after(1), after(1 + WINDOW))).to.deep.equal({ key: 'one', count: 2, until })
      expect(await attempts().reserve('other', after(1), after(1 + WINDOW))).to.include({ count: 1 })
      expect(await attempts().reserve('one', after(WINDOW - 1), after(2 * WINDOW))).to.deep.equal({ key: 'one', count: 3, until })
    })

    it('begins another window when the one before is over', async () => {
      await attempts().reserve('one', NOW, until)
      await attempts().reserve('one', NOW, until)
      const next = after(2 * WINDOW)
      expect(await attempts().reserve('one', until, next)).to.deep.equal({ key: 'one', count: 1, until: next })
      expect(await attempts().reserve('one', until, next)).to.deep.equal({ key: 'one', count: 2, until: next })
    })

    it('counts in one window what comes from clocks that differ, and from calls that overtook one another', async () => {
      await attempts().reserve('one', after(5_000), after(5_000 + WINDOW))
      expect(await attempts().reserve('one', NOW, until)).to.deep.equal({ key: 'one', count: 2, until: after(5_000 + WINDOW) })
      expect(await attempts().reserve('one', after(-120_000), after(WINDOW - 120_000))).to.include({ count: 3 })
    })

    it('begins another window when the one before would end too late: a clock was wrong', async () => {
      await attempts().reserve('one', after(WINDOW), after(2 * WINDOW))
      expect(await attempts().reserve('one', NOW, until)).to.deep.equal({ key: 'one', count: 1, until })
    })

    it('gives every one of many contenders another count', async () => {
      const { attempts: slowAttempts } = slow(storage())
      for (const at of [NOW, until]) {
        const reserved = await contend(() => slowAttempts.reserve('one', at, new Date(at.getTime() + WINDOW)))
        const counts = reserved.map(({ count }) => count).toSorted((a, b) => a - b)
        expect(counts).to.deep.equal(Array.from({ length: CONTENDERS }, (_, index) => index + 1))
      }
    })

    it('holds no time that it was given or has answered', async () => {
      for (const count of [1, 2, 3]) {
        const given = new Date(until)
        const reserved = await attempts().reserve('one', NOW, given)
        expect(reserved).to.deep.equal({ key: 'one', count, until })
        for (const moment of [reserved.until, given]) moment.setTime(0)
      }
    })

    it('takes back what succeeded, each once, and never falls below zero', async () => {
      const { attempts: slowAttempts } = slow(storage())
      await contend(() => slowAttempts.reserve('one', NOW, until))
      await contend(() => slowAttempts.giveBack('one', until), CONTENDERS - 1)
      expect(await attempts().reserve('one', NOW, until)).to.include({ count: 2 })
      await contend(() => slowAttempts.giveBack('one', until))
      expect(await attempts().reserve('one', NOW, until)).to.include({ count: 1 })
    })

    it('takes nothing back from another window or key', async () => {
      await attempts().reserve('one', NOW, until)
      await attempts().giveBack('one', after(WINDOW + 1))
      await attempts().giveBack('other', until)
      expect(await attempts().reserve('one', NOW, until)).to.include({ count: 2 })
      expect(await attempts().reserve('other', NOW, until)).to.include({ count: 1 })
    })
  })
}
