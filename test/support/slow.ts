import { setTimeout as pause } from 'node:timers/promises'

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Method = (...args: unknown[]) => unknown

/**
 * A storage, or a single repository, whose every call takes 0 to 3 ms before and after the work: at zero latency a race cannot show.
 * The same seed draws the same pauses.
 */
export function slow<Port extends object>(port: Port, seed = 1): Port {
  return slowed(port, numbers(seed))
}

function slowed<Port extends object>(port: Port, next: () => number): Port {
  const wait = () => pause(Math.floor(next() * 4))
  const wrap = (member: unknown): unknown => {
    if (typeof member === 'object' && member !== null) return slowed(member, next)
    if (typeof member !== 'function') return member
    return async (...args: unknown[]) => {
      await wait()
      const result = await Reflect.apply(member as Method, port, args)
      await wait()
      return result
    }
  }
  // Not the port itself: a proxy may not answer differently from a frozen target.
  return new Proxy({} as Port, { get: (_, name) => wrap(Reflect.get(port, name)) })
}
