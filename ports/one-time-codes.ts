/** One-time codes by time (RFC 6238): SHA-1, six digits, 30 s, as every authenticator app makes them. */
export interface OneTimeCodes {
  /** The time step whose code this is: the present one, or one before or after it; undefined when it is none of them. In constant time. */
  stepOf(secret: Uint8Array, code: string, at: Date): number | undefined
  /** The secret as a person types it (base 32), and as an app reads it (`otpauth:` URI). */
  describe(secret: Uint8Array, account: string, issuer: string): { readonly text: string; readonly uri: string }
}
