import type { Clock } from '../../ports/clock.js'
import type { MoveProgress } from '../../ports/for-moving-stores.js'

const BETWEEN_LINES_MS = 1_000
const BEGINNING_OF_LINE = '\r'
const ERASE_TO_END = '\u001b[K'

/** Where progress goes; `isTTY` as Node.js sets it. */
export type ReportStream = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** Tells how a copy comes along: one line that is rewritten where a person watches, else a line for each part and at most one a second between. */
export class MoveReport {
  readonly #stream: ReportStream
  readonly #clock: Clock
  #toldAt: number
  #isOpen = false

  constructor(stream: ReportStream, clock: Clock) {
    this.#stream = stream
    this.#clock = clock
    this.#toldAt = clock.now().getTime()
  }

  tell(progress: MoveProgress): void {
    const isOver = progress.done >= progress.total
    if (this.#stream.isTTY === true) {
      this.#stream.write(`${BEGINNING_OF_LINE}${lineFor(progress)}${ERASE_TO_END}${isOver ? '\n' : ''}`)
      this.#isOpen = !isOver
      return
    }
    const now = this.#clock.now().getTime()
    if (!isOver && Math.abs(now - this.#toldAt) < BETWEEN_LINES_MS) return
    this.#toldAt = now
    this.#stream.write(`${lineFor(progress)}\n`)
  }

  /** So that what comes next has a line of its own. */
  end(): void {
    if (this.#isOpen) this.#stream.write('\n')
    this.#isOpen = false
  }
}

const lineFor = ({ step, aggregate, done, total, written }: MoveProgress): string =>
  `${step} ${aggregate}: ${done} of ${total}${step === 'copying' ? `, ${written} written` : ''}`
