/** A person's one-time codes (RFC 6238) and what stands in for them. */
export interface SecondFactor {
  /** The shared secret, sealed under a key derived from SECRETS. */
  readonly sealedSecret: string
  readonly enrolledAt: Date
  /** The newest time step of which a code was accepted: no code of it, or of one before, is accepted again (RFC 6238 §5.2). */
  readonly lastStep: number
  /** HMAC-SHA-256 of each recovery code that is left, base64url. */
  readonly recoveryCodes: readonly string[]
}
