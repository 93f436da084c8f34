export type Purpose = 'code' | 'refresh-token' | 'csrf' | 'signing-key' | 'totp' | 'enrolment' | 'recovery-code' | 'attempt' | 'demo'

/** Randomness, digests and keyed operations. Keys are derived per purpose from SECRETS: the first makes, all verify. */
export interface Secrets {
  /** `bytes` fresh random bytes, as base64url. */
  random(bytes: number): string
  /** SHA-256 of the UTF-8 bytes, as base64url; for values of 128 random bits or more. */
  digest(value: string): string
  /** Whether both are the same, in constant time. */
  same(a: string, b: string): boolean
  /** HMAC-SHA-256, 32 bytes, under the first secret. */
  mac(purpose: Purpose, message: Uint8Array): Uint8Array
  /** Whether `mac` was made for `message` under any live secret, in constant time. */
  verify(purpose: Purpose, message: Uint8Array, mac: Uint8Array): boolean
  /** AES-256-GCM under the first secret; text that only `unseal` for the same purpose opens. */
  seal(purpose: Purpose, plain: Uint8Array): string
  /** Whether it was sealed under the first secret. */
  isCurrent(purpose: Purpose, sealed: string): boolean
  /** What was sealed under any live secret; undefined when it was not, or was changed. */
  unseal(purpose: Purpose, sealed: string): Uint8Array | undefined
}
