/** Argon2id for what people choose. Waits in a bounded queue; throws Busy when the wait would be too long. */
export interface PasswordHasher {
  /** A PHC string. */
  hash(password: string): Promise<string>
  /** False for a wrong password. With no hash it takes the same time and is always false. */
  verify(hash: string | undefined, password: string): Promise<boolean>
  /** Whether the hash was made with other parameters than today's. */
  isOutdated(hash: string): boolean
}
