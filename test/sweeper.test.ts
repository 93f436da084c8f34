import { expect } from 'chai'
import { startSweeper } from '../src/sweeper.js'

/** Time that passes when it is told to: what waits, and for how long. */
function heldTime() {
  const waiting: { work: () => void; ms: number }[] = []
  const waited: number[] = []
  return {
    waiting,
    waited,
    later: (work: () => void, ms: number) => {
      const entry = { work, ms }
      waiting.push(entry)
      return () => {
        if (waiting.includes(entry)) waiting.splice(waiting.indexOf(entry), 1)
      }
    },
    pass: () => {
      const next = waiting.shift()
      if (next === undefined) throw new Error('nobody waits')
      waited.push(next.ms)
      next.work()
    },
  }
}

const unexpected = (error: unknown): never => {
  throw error
}
const settled = () => new Promise((turn) => setImmediate(turn))

describe('the sweeper', () => {
  it('waits for about a minute before each sweep, now longer and now shorter', async () => {
    const time = heldTime()
    startSweeper(async () => undefined, unexpected, time.later)
    for (let i = 0; i < 50; i++) {
      time.pass()
      await settled()
    }
    for (const ms of time.waited) expect(ms).to.be.within(45_000, 75_000)
    expect(new Set(time.waited).size).to.be.greaterThan(1)
  })

  it('waits for a sweep to end before it waits for the next', async () => {
    const time = heldTime()
    const ends: (() => void)[] = []
    startSweeper(() => new Promise<void>((end) => ends.push(end)), unexpected, time.later)
    time.pass()
    await settled()
    expect([ends.length, time.waiting.length]).to.deep.equal([1, 0])
    ends[0]?.()
    await settled()
    expect([ends.length, time.waiting.length]).to.deep.equal([1, 1])
  })

  it('tells of a sweep that failed, and goes on', async () => {
    const time = heldTime()
    const failures: unknown[] = []
    startSweeper(
      () => Promise.reject(new Error('locked')),
      (error) => failures.push(error),
      time.later,
    )
    time.pass()
    await settled()
    expect([failures.map(String), time.waiting.length]).to.deep.equal([['Error: locked'], 1])
  })

  it('ends with stop, between two sweeps', () => {
    const time = heldTime()
    startSweeper(async () => undefined, unexpected, time.later).stop()
    expect(time.waiting).to.deep.equal([])
  })

  it('ends with stop, in the middle of a sweep that then finds its store closed', async () => {
    const time = heldTime()
    const failures: unknown[] = []
    let close = (): void => undefined
    const sweep = () => new Promise<void>((_, closed) => (close = () => closed(new Error('the store is closed'))))
    const sweeper = startSweeper(sweep, (error) => failures.push(error), time.later)
    time.pass()
    sweeper.stop()
    close()
    await settled()
    expect([failures, time.waiting]).to.deep.equal([[], []])
  })
})
