import type { KeyId } from './ids.js'

/** The public half of an ES256 key (RFC 7517, RFC 7518 §6.2). */
export interface PublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** A key that signs access tokens: next (published) → active (signs) → published (verifies) → gone. */
export interface SigningKey {
  readonly kid: KeyId
  /** 1, 2, 3 …: unique, so that two processes cannot both make the same successor. */
  readonly ordinal: number
  readonly publicJwk: PublicJwk
  /** PKCS #8, sealed under a key derived from SECRETS. */
  readonly sealedPrivateKey: string
  readonly createdAt: Date
  /** From then on it signs, unless a newer one does; sooner when the one that signs is withdrawn. */
  readonly signsFrom: Date
  /** Withdrawn by an operator: neither published nor used. */
  readonly retiredAt?: Date
}

export const nextOrdinal = (keys: readonly SigningKey[]): number => Math.max(0, ...keys.map(({ ordinal }) => ordinal)) + 1
