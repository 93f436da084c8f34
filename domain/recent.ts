import type { Clock } from '../ports/clock.js'

const MAX_AGE_MS = 1000
const MAX_ENTRIES = 1000

/** Remembers what was read for at most one second; readers of one key at the same moment share one read. Absence is not remembered. */
export class Recent<K, V> {
  readonly #read: (key: K) => Promise<V | undefined>
  readonly #clock: Clock
  readonly #known = new Map<K, { readonly value: V; readonly readAt: number }>()
  readonly #reading = new Map<K, Promise<V | undefined>>()

  constructor(read: (key: K) => Promise<V | undefined>, clock: Clock) {
    this.#read = read
    this.#clock = clock
  }

  async get(key: K): Promise<V | undefined> {
    const known = this.#known.get(key)
    if (known !== undefined && Math.abs(this.#clock.now().getTime() - known.readAt) < MAX_AGE_MS) return known.value
    return this.#reading.get(key) ?? this.#reread(key)
  }

  /** What was read last, however long ago. */
  stale(key: K): V | undefined {
    return this.#known.get(key)?.value
  }

  #reread(key: K): Promise<V | undefined> {
    const readAt = this.#clock.now().getTime()
    const reading = this.#read(key)
      .then((value) => {
        this.#keep(key, value, readAt)
        return value
      })
      .finally(() => this.#reading.delete(key))
    this.#reading.set(key, reading)
    return reading
  }

  #keep(key: K, value: V | undefined, readAt: number): void {
    this.#known.delete(key)
    if (value === undefined) return
    if (this.#known.size >= MAX_ENTRIES) this.#known.clear()
    this.#known.set(key, { value, readAt })
  }
}
