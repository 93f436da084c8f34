/** What is under way per key, and who waits for the end of one of them. */
export class Underway {
  readonly #counts = new Map<string, number>()
  readonly #watching = new Map<string, (() => void)[]>()

  begin(key: string): void {
    this.#counts.set(key, this.#count(key) + 1)
  }

  end(key: string): void {
    const left = this.#count(key) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
    const watching = this.#watching.get(key) ?? []
    this.#watching.delete(key)
    for (const tell of watching) tell()
  }

  /** When one of them ends; undefined when there is none. */
  nextEnd(key: string): Promise<void> | undefined {
    if (this.#count(key) === 0) return undefined
    return new Promise((tell) => this.#watching.set(key, [...(this.#watching.get(key) ?? []), tell]))
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0
  }
}
