import { must } from './verdict.js'

/** What all of them begin with. */
export function commonPrefix(values: readonly string[]): string {
  const [first = ''] = values
  let length = first.length
  for (const value of values) while (!value.startsWith(first.slice(0, length))) length--
  return first.slice(0, length)
}

/** How many bits vary among them, place by place from the end: an upper bound of their entropy that no constant part adds to. */
export function varyingBits(values: readonly string[]): number {
  const shortest = Math.min(...values.map(({ length }) => length))
  let bits = 0
  for (let place = 1; place <= shortest; place++) bits += Math.log2(new Set(values.map((value) => value.at(-place))).size)
  return bits
}

const MIN_BITS = 128
/** No fewer show it: of 64 characters a place has, few samples see few. */
const ENOUGH = 50

export function mustBeUnguessable(values: readonly string[], what: string): void {
  must(new Set(values).size === values.length, `two ${what} are the same`)
  const bits = Math.floor(varyingBits(values))
  if (values.length >= ENOUGH) must(bits >= MIN_BITS, `${what} vary by ${bits} bits, not ${MIN_BITS}`)
}
