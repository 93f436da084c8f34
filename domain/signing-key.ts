import { CLOCK_LEEWAY_MS } from './grant.js'
import type { KeyId } from './ids.js'

/** The public half of an ES256 key (RFC 7517, RFC 7518 §6.2). */
export interface PublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** A key that signs access tokens: next (published) → active (signs) → retired (verifies). */
export interface SigningKey {
  readonly kid: KeyId
  /** 1, 2, 3 …: unique, so that two processes cannot both make the same successor. */
  readonly ordinal: number
  readonly publicJwk: PublicJwk
  /** PKCS #8, sealed under a key derived from SECRETS. */
  readonly sealedPrivateKey: string
  readonly createdAt: Date
  /** From then on it signs, unless a newer one does. */
  readonly signsFrom: Date
  /** Withdrawn by an operator: neither published nor used. */
  readonly retiredAt?: Date
}

const isWithdrawn = ({ retiredAt }: SigningKey): boolean => retiredAt !== undefined

const newest = (keys: readonly SigningKey[]): SigningKey | undefined => keys.toSorted((a, b) => b.ordinal - a.ordinal)[0]

/** The newest key whose time to sign has come. When an operator withdrew that one, the newest other one signs at once, its time come or not. */
export function activeKey(keys: readonly SigningKey[], at: Date): SigningKey | undefined {
  const due = newest(keys.filter(({ signsFrom }) => signsFrom <= at))
  return due !== undefined && !isWithdrawn(due) ? due : newest(keys.filter((key) => !isWithdrawn(key)))
}

/** Those that a token may be verified with: neither withdrawn, nor followed for so long that all that they signed has expired. */
export function publishedKeys(keys: readonly SigningKey[], at: Date, tokenTtlMs: number): readonly SigningKey[] {
  const there = keys.filter((key) => !isWithdrawn(key))
  const since = at.getTime() - tokenTtlMs - CLOCK_LEEWAY_MS
  const isFollowed = ({ ordinal }: SigningKey) => keys.some((other) => other.ordinal > ordinal && other.signsFrom.getTime() <= since)
  return there.filter((key) => key === newest(there) || !isFollowed(key))
}

export const nextOrdinal = (keys: readonly SigningKey[]): number => Math.max(0, ...keys.map(({ ordinal }) => ordinal)) + 1
