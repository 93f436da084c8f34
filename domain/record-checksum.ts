import type { Secrets } from '../ports/secrets.js'

const MODULUS = 1n << 256n
const HEX_DIGITS = 64

/** One text for one value: fields in order of their names, absent ones left out, a date never the same as its text. */
export function canonicalJson(value: unknown): string {
  if (value instanceof Date) return `{"$date":${value.getTime()}}`
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  const inOrder = fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${inOrder.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`
}

/** Counts and sums up records in any order. A sum and no exclusive or: two equal records do not cancel each other. */
export class Checksum {
  readonly #secrets: Pick<Secrets, 'digest'>
  #sum = 0n
  #count = 0

  constructor(secrets: Pick<Secrets, 'digest'>) {
    this.#secrets = secrets
  }

  get count(): number {
    return this.#count
  }

  add(record: object): void {
    const digest = Buffer.from(this.#secrets.digest(canonicalJson(record)), 'base64url')
    this.#sum = (this.#sum + BigInt(`0x${digest.toString('hex')}`)) % MODULUS
    this.#count++
  }

  hex(): string {
    return this.#sum.toString(16).padStart(HEX_DIGITS, '0')
  }
}
