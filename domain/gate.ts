import { Busy } from './errors.js'

const MAX_WAITING = 200

/** Lets so many through at once per key; the others wait their turn, in order. Throws Busy when too many wait. */
export class Gate {
  readonly #width: number
  readonly #inside = new Map<string, { count: number; readonly waiting: (() => void)[] }>()

  constructor(width: number) {
    this.#width = width
  }

  async enter(key: string): Promise<void> {
    const place = this.#inside.get(key) ?? { count: 0, waiting: [] }
    this.#inside.set(key, place)
    if (place.count < this.#width) {
      place.count++
      return
    }
    if (place.waiting.length >= MAX_WAITING) throw new Busy('too many wait for their turn')
    await new Promise<void>((myTurn) => place.waiting.push(myTurn))
  }

  leave(key: string): void {
    const place = this.#inside.get(key)
    if (place === undefined) return
    const next = place.waiting.shift()
    // Who is next takes over the place that is left.
    if (next !== undefined) next()
    else if (--place.count === 0) this.#inside.delete(key)
  }
}
