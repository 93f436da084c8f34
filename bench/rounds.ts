/** What takes turns: does its work for `seconds`, answers how often it did it per second. */
export type Contender = (seconds: number) => Promise<number>

export interface Measured {
  /** Per second. */
  readonly median: number
  readonly rounds: readonly number[]
}

export interface Plan {
  readonly warmUpSeconds: number
  readonly rounds: number
  readonly secondsPerRound: number
}

/** Alternates the contenders, so that what else the machine does falls on all of them; a first turn of each is not counted. */
export async function alternate<Name extends string>(contenders: Record<Name, Contender>, plan: Plan): Promise<Record<Name, Measured>> {
  const names = Object.keys(contenders) as Name[]
  const rates = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (const name of names) await contenders[name](plan.warmUpSeconds)
  for (let round = 0; round < plan.rounds; round++) {
    for (const name of names) rates[name].push(await contenders[name](plan.secondsPerRound))
  }
  const measured = names.map((name): [Name, Measured] => [name, { median: median(rates[name]), rounds: rates[name] }])
  return Object.fromEntries(measured) as Record<Name, Measured>
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2
}
