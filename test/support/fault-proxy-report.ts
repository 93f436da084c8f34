import { appendFile } from 'node:fs/promises'
import type { Tally } from './fault-proxy-load.js'
import type { FaultStatistics } from './fault-proxy-plan.js'

export interface FaultRow {
  readonly server: string
  readonly phase: string
  readonly tally: Tally
  readonly statistics?: FaultStatistics
  readonly note?: string
}

/** Appends the counts of one phase, as a line of JSON, to the file that FAULT_REPORT names; nothing without it. */
export async function reportFaults(row: FaultRow): Promise<void> {
  const file = process.env['FAULT_REPORT']
  if (file !== undefined && file !== '') await appendFile(file, `${JSON.stringify(row)}\n`)
}
