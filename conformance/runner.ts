import type { Row } from './row.js'
import { Failed, Skipped } from './verdict.js'
import type { World } from './world.js'

export type Verdict = 'passed' | 'failed' | 'skipped'

export interface Outcome {
  readonly row: Row
  readonly verdict: Verdict
  /** Of anything but a pass. */
  readonly reason?: string
}

/** One row after the other, so that none disturbs another. */
export async function runRows(world: World, rows: readonly Row[], tell: (outcome: Outcome) => void = () => undefined): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const row of rows) {
    const outcome = await runRow(world, row)
    outcomes.push(outcome)
    tell(outcome)
  }
  return outcomes
}

async function runRow(world: World, row: Row): Promise<Outcome> {
  try {
    await row.check(world)
    return { row, verdict: 'passed' }
  } catch (error) {
    if (error instanceof Skipped) return { row, verdict: 'skipped', reason: error.message }
    if (error instanceof Failed) return { row, verdict: 'failed', reason: error.message }
    // What no check has thought of is an answer that it could not read.
    return { row, verdict: 'failed', reason: `the answer could not be read: ${String(error)}` }
  }
}
