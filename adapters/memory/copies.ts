/** Rows by key. Copies go in and copies come out: nobody else ever holds what is held here. */
export class Copies<Key, Row> {
  readonly #rows = new Map<Key, Row>()
  readonly #keyOf: (row: Row) => Key

  constructor(keyOf: (row: Row) => Key) {
    this.#keyOf = keyOf
  }

  get size(): number {
    return this.#rows.size
  }

  get(key: Key): Row | undefined {
    return structuredClone(this.#rows.get(key))
  }

  /** Those that match, in the order in which they came. */
  all(matches: (row: Row) => boolean = () => true): Row[] {
    return [...this.#rows.values()].filter(matches).map((row) => structuredClone(row))
  }

  find(matches: (row: Row) => boolean): Row | undefined {
    for (const row of this.#rows.values()) if (matches(row)) return structuredClone(row)
    return undefined
  }

  /** False, and nothing changes, when the key is taken. */
  add(row: Row): boolean {
    const key = this.#keyOf(row)
    if (this.#rows.has(key)) return false
    this.#rows.set(key, structuredClone(row))
    return true
  }

  /** False, and nothing changes, when there is none with that key. */
  replace(row: Row): boolean {
    const key = this.#keyOf(row)
    if (!this.#rows.has(key)) return false
    this.#rows.set(key, structuredClone(row))
    return true
  }

  delete(key: Key): boolean {
    return this.#rows.delete(key)
  }

  /** Deletes those that match, pausing after every `atOnce` rows that were looked at; what it yields is how many went since. */
  *deleteSlowly(matches: (row: Row) => boolean, atOnce: number): Generator<number> {
    let [seen, deleted] = [0, 0]
    for (const [key, row] of this.#rows) {
      if (matches(row) && this.#rows.delete(key)) deleted++
      if (++seen % atOnce !== 0) continue
      yield deleted
      deleted = 0
    }
    yield deleted
  }

  /** Deletes those that match; how many. */
  deleteAll(matches: (row: Row) => boolean): number {
    const before = this.#rows.size
    for (const [key, row] of this.#rows) if (matches(row)) this.#rows.delete(key)
    return before - this.#rows.size
  }
}
