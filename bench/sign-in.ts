import { performance } from 'node:perf_hooks'
import { Visitor, type Page } from '../test/support/visitor.js'
import type { Deployment } from './deployments.js'
import { median } from './rounds.js'
import { userName } from './stores.js'

const TRIES = 200
const WARM_UP = 10

export interface Telling {
  /** Milliseconds. */
  readonly unknown: number
  readonly wrong: number
  /**
   * How often an answer to an unknown user is slower than one to a wrong password: 0.5 tells nothing, 0 or 1 tells everything (Mann and Whitney's U
   * over the product of the sizes).
   */
  readonly tells: number
  /** How far from one half it may lie by chance, at the level of 1 in 1,000. */
  readonly byChance: number
}

/** Whether the time of an answer tells a user who exists from one who does not: both are tried in turn, one at a time. */
export async function timeSignIns({ address }: Deployment): Promise<Telling> {
  const visitor = new Visitor()
  const page = await visitor.get(`${address}/login`)
  const times = { unknown: [] as number[], wrong: [] as number[] }
  for (let round = -WARM_UP; round < TRIES; round++) {
    // Each goes first as often as the other.
    for (const which of round % 2 === 0 ? (['unknown', 'wrong'] as const) : (['wrong', 'unknown'] as const)) {
      const name = which === 'wrong' ? userName(Math.abs(round) % 16) : `nobody-${round.toString()}`
      const taken = await timeOf(visitor, page, name)
      if (round >= 0) times[which].push(taken)
    }
  }
  return { unknown: median(times.unknown), wrong: median(times.wrong), ...compare(times.unknown, times.wrong) }
}

async function timeOf(visitor: Visitor, page: Page, username: string): Promise<number> {
  const begun = performance.now()
  const { status } = await visitor.submit(page, { username, password: 'not the password' })
  if (status !== 401) throw new Error(`a wrong sign-in was answered ${status.toString()}`)
  return performance.now() - begun
}

function compare(some: readonly number[], others: readonly number[]): Pick<Telling, 'tells' | 'byChance'> {
  const pairs = some.length * others.length
  const slower = some.reduce((sum, one) => sum + others.reduce((count, other) => count + (one > other ? 1 : one === other ? 0.5 : 0), 0), 0)
  const deviation = Math.sqrt((some.length + others.length + 1) / (12 * pairs))
  return { tells: slower / pairs, byChance: 3.29 * deviation }
}
