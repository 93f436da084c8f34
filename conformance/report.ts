import type { Target } from './target.js'
import type { Outcome, Verdict } from './runner.js'

const VERDICTS: readonly Verdict[] = ['passed', 'failed', 'skipped']
const WIDTHS = { id: 9, verdict: 7, severity: 8, clause: 40 }

const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width))

export const HEADING = `${'id'.padEnd(WIDTHS.id)}  ${'verdict'.padEnd(WIDTHS.verdict)}  ${'severity'.padEnd(WIDTHS.severity)}  ${'clause'.padEnd(WIDTHS.clause)}  what, and why not`

export function line({ row, verdict, reason }: Outcome): string {
  const { id, clause, severity, title } = row
  const cells = [id.padEnd(WIDTHS.id), verdict.padEnd(WIDTHS.verdict), severity.padEnd(WIDTHS.severity), cut(clause, WIDTHS.clause)]
  return `${cells.join('  ')}  ${title}${reason === undefined ? '' : `: ${reason.replace(/\s+/g, ' ')}`}`
}

export const count = (outcomes: readonly Outcome[], verdict: Verdict): number => outcomes.filter((one) => one.verdict === verdict).length

export const summary = (outcomes: readonly Outcome[]): string =>
  `${outcomes.length} rows: ${VERDICTS.map((verdict) => `${count(outcomes, verdict)} ${verdict}`).join(', ')}`

/** One document for programs. */
export const asJson = ({ issuer }: Target, outcomes: readonly Outcome[]): string =>
  JSON.stringify({
    issuer,
    summary: Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(outcomes, verdict)])),
    rows: outcomes.map(({ row: { id, clause, severity, title }, verdict, reason }) => ({ id, clause, severity, title, verdict, reason })),
  })
