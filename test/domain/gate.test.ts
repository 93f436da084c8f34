import { expect } from 'chai'
import { Busy } from '../../domain/errors.js'
import { Gate } from '../../domain/gate.js'

const turnOfOthers = () => new Promise((done) => setImmediate(done))

describe('a gate', () => {
  it('lets so many through at once, and the others in order as these leave', async () => {
    const gate = new Gate(2)
    const through: number[] = []
    for (let who = 1; who <= 5; who++) void gate.enter('one').then(() => through.push(who))
    await turnOfOthers()
    expect(through).to.deep.equal([1, 2])
    gate.leave('one')
    await turnOfOthers()
    expect(through).to.deep.equal([1, 2, 3])
    gate.leave('one')
    gate.leave('one')
    await turnOfOthers()
    expect(through).to.deep.equal([1, 2, 3, 4, 5])
  })

  it('keeps keys apart, and is as wide as before when everybody has left', async () => {
    const gate = new Gate(1)
    await gate.enter('one')
    await gate.enter('other')
    gate.leave('one')
    gate.leave('other')
    await gate.enter('one')
    let isThrough = false
    void gate.enter('one').then(() => (isThrough = true))
    await turnOfOthers()
    expect(isThrough).to.equal(false)
  })

  it('is Busy when too many wait', async () => {
    const gate = new Gate(1)
    await gate.enter('one')
    const waiting = Array.from({ length: 200 }, () => gate.enter('one'))
    const refused = await gate.enter('one').catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(Busy)
    for (let left = 0; left < 201; left++) gate.leave('one')
    await Promise.all(waiting)
  })
})
