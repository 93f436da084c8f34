import { expect } from 'chai'
import { Busy } from '../../domain/errors.js'
import { Gate } from '../../domain/gate.js'

const turnOfOthers = () => new Promise((done) => setImmediate(done))

/** Work that goes on until it is told to end. */
function works() {
  const through: number[] = []
  const ends: (() => void)[] = []
  const work = (who: number) => async () => {
    through.push(who)
    await new Promise<void>((end) => ends.push(end))
  }
  return { through, work, endOne: () => ends.shift()?.() }
}

describe('a gate', () => {
  it('lets so many through at once, and the others in order as these leave', async () => {
    const [gate, { through, work, endOne }] = [new Gate(2), works()]
    for (let who = 1; who <= 5; who++) void gate.within('one', work(who))
    for (const expected of [
      [1, 2],
      [1, 2, 3],
      [1, 2, 3, 4],
      [1, 2, 3, 4, 5],
    ]) {
      await turnOfOthers()
      expect(through).to.deep.equal(expected)
      endOne()
    }
  })

  it('keeps keys apart, lets go of what fails, and is as wide as before when everybody has left', async () => {
    const gate = new Gate(1)
    const failed = await gate.within('one', () => Promise.reject(new Error('no'))).catch((error: unknown) => String(error))
    expect(failed).to.equal('Error: no')
    const { through, work } = works()
    void gate.within('one', work(1))
    void gate.within('other', work(2))
    void gate.within('one', work(3))
    await turnOfOthers()
    expect(through).to.deep.equal([1, 2])
  })

  it('is Busy when too many wait', async () => {
    const [gate, { work }] = [new Gate(1), works()]
    for (let who = 0; who <= 200; who++) void gate.within('one', work(who))
    expect(await gate.within('one', work(201)).catch((error: unknown) => error)).to.be.instanceOf(Busy)
  })
})
