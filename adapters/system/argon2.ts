import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import type { PasswordHasher } from '../../ports/password-hasher.js'
import { WorkQueue } from './work-queue.js'

/** OWASP Password Storage Cheat Sheet: Argon2id (what the package makes unless told otherwise), 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const PREFIX = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`

const phcBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '')
/** Costs what a real one costs; that a password hashes to all zeros is as likely as a guess of the whole hash. */
const NOBODY = `${PREFIX}${phcBase64(new Uint8Array(16))}$${phcBase64(new Uint8Array(32))}`

/**
 * Of the four threads of libuv at most two hash, and one processor is left to the event loop: files, names and the back channel go on meanwhile.
 * The length only bounds memory: who is that far back waits longer than the patience anyway.
 */
const LIMITS = { concurrency: Math.max(1, Math.min(2, availableParallelism() - 1)), length: 2_000, patienceMs: 4_000 }

export class Argon2PasswordHasher implements PasswordHasher {
  readonly #queue = new WorkQueue(LIMITS)

  hash(password: string): Promise<string> {
    return this.#queue.run(() => hash(password, PARAMETERS))
  }

  async verify(known: string | undefined, password: string): Promise<boolean> {
    const matches = await this.#queue.run(() => verify(known ?? NOBODY, password))
    return matches && known !== undefined
  }

  isOutdated(known: string): boolean {
    return !known.startsWith(PREFIX)
  }
}
