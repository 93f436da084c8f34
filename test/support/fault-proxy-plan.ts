import type { Document } from 'mongodb'

/**
 * What happens to a command. `refuse` closes its connection and every new one for `ms`; `cut` closes its connection; `not-primary` and `shutdown`
 * are a member's answers while it steps down or stops; `swallow` never answers. The kinds that end in `-applied` let the server do the command
 * first, the others keep it from the server; `delay` passes it on after `ms`.
 */
export const FAULT_KINDS = [
  'refuse',
  'cut',
  'cut-applied',
  'not-primary',
  'not-primary-applied',
  'shutdown',
  'shutdown-applied',
  'delay',
  'swallow',
  'swallow-applied',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  /** A name, lower case or not, `hello` for each of its spellings; `*` for every command. */
  readonly command: string
  readonly kind: FaultKind
  /** How often at most; without end when left out. */
  readonly times?: number
  /** Between 0 and 1; 1 when left out. */
  readonly probability?: number
  /** For `delay` and `refuse`; 200 when left out. */
  readonly ms?: number
}

export interface FaultStatistics {
  /** How often each command came, streamed replies included. */
  readonly commands: Readonly<Record<string, number>>
  /** How often each kind was done to each command, as `kind command`. */
  readonly faults: Readonly<Record<string, number>>
}

const isHello = /^(hello|ismaster)$/i

/** The name as the statistics show it. */
export const nameOf = (command: Document): string => {
  const [name = ''] = Object.keys(command)
  return isHello.test(name) ? 'hello' : name
}

/** What to do to which command; the chances are drawn from the seed. */
export class FaultPlan {
  readonly #random: () => number
  #faults: { fault: Fault; left: number }[] = []
  #commands: Record<string, number> = {}
  #done: Record<string, number> = {}

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  inject(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Infinity })
  }

  clear(): void {
    this.#faults = []
  }

  get statistics(): FaultStatistics {
    return { commands: { ...this.#commands }, faults: { ...this.#done } }
  }

  forget(): void {
    this.#commands = {}
    this.#done = {}
  }

  /** The fault for a command that came now, counted as done. */
  next(name: string): Fault | undefined {
    this.#commands[name] = (this.#commands[name] ?? 0) + 1
    const chosen = this.#faults.find(
      ({ fault, left }) => left > 0 && concerns(fault, name) && (fault.probability === undefined || this.#random() < fault.probability),
    )
    if (chosen === undefined) return undefined
    chosen.left--
    const { kind } = chosen.fault
    this.#done[`${kind} ${name}`] = (this.#done[`${kind} ${name}`] ?? 0) + 1
    return chosen.fault
  }
}

const concerns = ({ command }: Fault, name: string): boolean => command === '*' || command.toLowerCase() === name.toLowerCase()

/** Numbers from 0 up to 1 that are the same for the same seed: the upper bits of a linear congruential generator modulo 2^48. */
export function seededRandom(seed: number): () => number {
  let state = BigInt(seed)
  return () => {
    state = BigInt.asUintN(48, state * 25_214_903_917n + 11n)
    return Number(state >> 16n) / 2 ** 32
  }
}
