import type { Clock } from '../../ports/clock.js'

/** Of the time that passes, how much a correction may add or take. */
const SLEW = 0.05
/** A step beyond it is no step but a new time (the machine slept, or was set up): it is taken over at once. */
const LARGEST_STEP_MS = 150_000

/**
 * The system's time without its steps: when the wall clock jumps by up to 150 s, ours goes on evenly and drifts towards it, so that codes, the grace
 * of a refresh and the order of events survive the jump.
 */
export function steadyClock(wall: () => number, elapsed: () => number): Clock {
  let [ours, last] = [wall(), elapsed()]
  return {
    now() {
      const passed = Math.max(0, elapsed() - last)
      last += passed
      ours += passed
      const off = wall() - ours
      ours += Math.abs(off) > LARGEST_STEP_MS ? off : Math.sign(off) * Math.min(Math.abs(off), passed * SLEW)
      return new Date(ours)
    },
  }
}

export const systemClock = steadyClock(
  () => Date.now(),
  () => performance.now(),
)
