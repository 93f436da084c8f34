import { mock } from 'node:test'
import { expect } from 'chai'
import { startSweeper } from '../src/sweeper.js'
import { aFlow, after as later, DAY, NOW } from './support/builders.js'
import { startTestServer } from './support/server.js'

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

  it('waits by itself when nobody holds its time', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      let sweeps = 0
      const sweeper = startSweeper(async () => sweeps++, unexpected)
      mock.timers.tick(44_999)
      expect(sweeps).to.equal(0)
      mock.timers.tick(30_001)
      expect(sweeps).to.equal(1)
      await settled()
      sweeper.stop()
      mock.timers.tick(75_000)
      expect(sweeps).to.equal(1)
    } finally {
      mock.timers.reset()
    }
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

describe('a server that was started', () => {
  /** The server's time, and the flows that are kept when the next sweep has ended. */
  async function start() {
    const time = heldTime()
    const clock = { present: NOW, now: () => clock.present }
    const server = await startTestServer({ STORE: 'memory:' }, undefined, clock, time.later)
    const flows = async () => (await server.storage.maintenance.status()).rows['flows']
    const sweep = async () => {
      time.pass()
      // It waits again when the sweep has ended.
      for (let turns = 0; time.waiting.length === 0 && turns < 1000; turns++) await settled()
      return flows()
    }
    return { server, time, clock, flows, sweep }
  }

  it('gets rid of a row by itself once it has expired, and keeps it until then', async () => {
    const { server, clock, flows, sweep } = await start()
    try {
      await server.storage.flows.begin(aFlow({ spentAt: undefined, spentBy: undefined, expiresAt: later(DAY) }))
      await server.storage.flows.begin(aFlow({ spentAt: undefined, spentBy: undefined, expiresAt: later(2 * DAY) }))
      expect([await flows(), await sweep()]).to.deep.equal([2, 2])
      clock.present = later(DAY)
      expect([await flows(), await sweep()]).to.deep.equal([2, 1])
      clock.present = later(2 * DAY)
      expect(await sweep()).to.equal(0)
    } finally {
      await server.stop()
    }
  })

  it('goes on after a sweep that the store did not let happen', async () => {
    const { server, clock, flows, sweep } = await start()
    const { maintenance } = server.storage
    const prune = maintenance.prune.bind(maintenance)
    try {
      await server.storage.flows.begin(aFlow({ spentAt: undefined, spentBy: undefined, expiresAt: later(DAY) }))
      clock.present = later(DAY)
      maintenance.prune = () => Promise.reject(new Error('locked'))
      expect(await sweep()).to.equal(1)
      maintenance.prune = prune
      expect([await sweep(), await flows()]).to.deep.equal([0, 0])
    } finally {
      await server.stop()
    }
  })

  it('sweeps no more when it was stopped', async () => {
    const { server, time } = await start()
    const waiting = [...time.waiting]
    await server.stop()
    expect([waiting.length, time.waiting.length]).to.deep.equal([1, 0])
  })
})
