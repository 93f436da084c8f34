import { Busy } from './errors.js'

const MAX_WAITING = 200

interface Place {
  count: number
  readonly waiting: (() => void)[]
}

/** Lets so many through at once per key; the others wait their turn, in order. */
export class Gate {
  readonly #width: number
  readonly #places = new Map<string, Place>()

  constructor(width: number) {
    this.#width = width
  }

  /** Does it while inside. Throws Busy when too many wait. */
  async within<T>(key: string, work: () => Promise<T>): Promise<T> {
    await this.#enter(key)
    try {
      return await work()
    } finally {
      this.#leave(key)
    }
  }

  async #enter(key: string): Promise<void> {
    const place = this.#places.get(key) ?? { count: 0, waiting: [] }
    this.#places.set(key, place)
    if (place.count < this.#width) {
      place.count++
      return
    }
    if (place.waiting.length >= MAX_WAITING) throw new Busy('too many wait for their turn')
    await new Promise<void>((myTurn) => place.waiting.push(myTurn))
  }

  #leave(key: string): void {
    const place = this.#places.get(key)
    const next = place?.waiting.shift()
    // Who is next takes over the place that is left.
    if (next !== undefined) next()
    else if (place !== undefined && --place.count === 0) this.#places.delete(key)
  }
}
