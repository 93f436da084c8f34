import type { Secrets } from '../ports/secrets.js'
import type { UserId } from './ids.js'

/** Crockford's base 32: no letter that is taken for another. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const LENGTH = 10
const HOW_MANY = 10

/** Fresh recovery codes, `xxxxx-xxxxx`, 50 random bits each. */
export function newRecoveryCodes(secrets: Pick<Secrets, 'random'>): readonly string[] {
  const codes = new Set<string>()
  while (codes.size < HOW_MANY) codes.add(newCode(secrets))
  return [...codes]
}

function newCode(secrets: Pick<Secrets, 'random'>): string {
  const bytes = Buffer.from(secrets.random(LENGTH), 'base64url')
  const letters = Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('')
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`
}

/** What a store keeps of it. */
export const storedRecoveryCode = (userId: UserId, code: string, secrets: Pick<Secrets, 'mac'>): string =>
  Buffer.from(secrets.mac('recovery-code', messageOf(userId, code))).toString('base64url')

/** The stored form, among `stored`, of what somebody typed: case and what parts the groups do not matter. Undefined when it is none of them. */
export function matchRecoveryCode(
  userId: UserId,
  typed: string,
  stored: readonly string[],
  secrets: Pick<Secrets, 'verify'>,
): string | undefined {
  const message = messageOf(userId, typed)
  return stored.find((code) => secrets.verify('recovery-code', message, Buffer.from(code, 'base64url')))
}

const messageOf = (userId: UserId, code: string): Uint8Array => Buffer.from(`${userId} ${code.toLowerCase().replace(/[\s-]/g, '')}`)
