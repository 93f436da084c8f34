import { expect } from 'chai'
import { steadyClock, systemClock } from '../../adapters/system/clock.js'

describe('the system clock', () => {
  const START = Date.parse('2031-02-03T04:05:06Z')

  function aMachine() {
    const machine = { wall: START, uptime: 500 }
    const clock = steadyClock(
      () => machine.wall,
      () => machine.uptime,
    )
    const pass = (ms: number) => {
      machine.wall += ms
      machine.uptime += ms
      return clock.now().getTime()
    }
    return { machine, clock, pass }
  }

  it('goes as the wall clock goes', () => {
    const { pass } = aMachine()
    expect(pass(0)).to.equal(START)
    expect(pass(1234)).to.equal(START + 1234)
    expect(Math.abs(systemClock.now().getTime() - Date.now())).to.be.lessThan(1000)
  })

  for (const step of [120_000, -120_000]) {
    it(`a step of ${(step / 1000).toString()} s is not felt at once, and is made up for in time`, () => {
      const { machine, pass } = aMachine()
      pass(1000)
      machine.wall += step
      const second = pass(1000)
      expect(second - START).to.be.within(1_950, 2_050)
      for (let seconds = 0; seconds < 3600; seconds++) pass(1000)
      expect(pass(0)).to.equal(machine.wall)
    })

    it(`while it makes up for ${(step / 1000).toString()} s it never goes back`, () => {
      const { machine, pass } = aMachine()
      machine.wall += step
      let before = pass(0)
      for (let ticks = 0; ticks < 100; ticks++) {
        const now = pass(17)
        expect(now).to.be.greaterThan(before)
        before = now
      }
    })
  }

  it('takes over a time that is far off, as after a sleep', () => {
    const { machine, pass } = aMachine()
    machine.wall += 8 * 3_600_000
    expect(pass(10)).to.equal(machine.wall)
  })
})
