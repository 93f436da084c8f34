import type { Clock } from '../ports/clock.js'

const MAX_AGE_MS = 1000
const MAX_ENTRIES = 1000

/**
 * Remembers what was read for at most one second; readers of one key at the same moment share one read. That there is nothing is remembered, too: it
 * must not show in the time of an answer. Whoever asks for many things that are not there drives out no others.
 */
export class Recent<K, V> {
  readonly #read: (key: K) => Promise<V | undefined>
  readonly #clock: Clock
  readonly #known = new Map<K, { readonly value: V; readonly readAt: number }>()
  /** When it was last found absent. */
  readonly #absent = new Map<K, number>()
  readonly #reading = new Map<K, Promise<V | undefined>>()

  constructor(read: (key: K) => Promise<V | undefined>, clock: Clock) {
    this.#read = read
    this.#clock = clock
  }

  async get(key: K): Promise<V | undefined> {
    const isRecent = (readAt: number | undefined) => readAt !== undefined && Math.abs(this.#clock.now().getTime() - readAt) < MAX_AGE_MS
    const known = this.#known.get(key)
    if (known !== undefined && isRecent(known.readAt)) return known.value
    if (isRecent(this.#absent.get(key))) return undefined
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
    this.#absent.delete(key)
    if (value === undefined) put(this.#absent, key, readAt)
    else put(this.#known, key, { value, readAt })
  }
}

function put<K, T>(map: Map<K, T>, key: K, value: T): void {
  if (map.size >= MAX_ENTRIES) map.clear()
  map.set(key, value)
}
