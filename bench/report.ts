import type { Measured } from './rounds.js'

/** The ratio of two medians; with `atLeast` it is a promise, without it is told for information. */
export interface Target {
  readonly name: string
  readonly of: Measured
  readonly against: Measured
  readonly atLeast?: number
}

const ratio = ({ of, against }: Target): number => of.median / against.median
export const isMet = (target: Target): boolean => ratio(target) >= (target.atLeast ?? 0)

const number = (value: number): string => Math.round(value).toLocaleString('en-US')

/** One table for people, and one line of JSON for programs. */
export function report(
  machine: Readonly<Record<string, string>>,
  rates: Readonly<Record<string, Measured>>,
  targets: readonly Target[],
): string {
  const widest = Math.max(...Object.keys(rates).map(({ length }) => length), ...targets.map(({ name }) => name.length))
  const measured = Object.entries(rates).map(([name, { median, rounds }]) =>
    [name.padEnd(widest), number(median).padStart(9), `  ${rounds.map(number).join('  ')}`].join('  '),
  )
  const verdicts = targets.map((target) => {
    const verdict = target.atLeast === undefined ? 'nothing' : `at least ${target.atLeast.toFixed(2)}  ${isMet(target) ? 'pass' : 'FAIL'}`
    return [target.name.padEnd(widest), ratio(target).toFixed(2).padStart(9), verdict].join('  ')
  })
  const heading = (name: string, columns: string) => `${name.padEnd(widest)}  ${columns}`
  return [
    Object.values(machine).join('; '),
    '',
    heading('per second', '   median    rounds'),
    ...measured,
    '',
    heading('target', '    ratio  wanted'),
    ...verdicts,
    '',
    JSON.stringify({ machine, rates: rounded(rates), targets: targets.map(summary) }),
  ].join('\n')
}

const rounded = (rates: Readonly<Record<string, Measured>>) =>
  Object.fromEntries(
    Object.entries(rates).map(([name, { median, rounds }]) => [name, { median: Math.round(median), rounds: rounds.map(Math.round) }]),
  )

const summary = (target: Target) => ({
  name: target.name,
  ratio: Number(ratio(target).toFixed(3)),
  ...(target.atLeast !== undefined && { atLeast: target.atLeast, pass: isMet(target) }),
})
