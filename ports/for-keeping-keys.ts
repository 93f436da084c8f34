import type { Source } from '../domain/audit.js'
import type { SigningKey } from '../domain/signing-key.js'

/** A key that is published: `next` signs later, `active` now, `published` no more, but its last tokens may live. */
export interface KeyListed {
  readonly key: SigningKey
  readonly state: 'next' | 'active' | 'published'
}

/** How many of each were sealed anew. */
export interface Resealed {
  readonly keys: number
  readonly secondFactors: number
}

/** What an operator does to signing keys, and to what is sealed. Mistakes are InvalidInput. */
export interface ForKeepingKeys {
  /** Those that are published, by age. */
  listKeys(): Promise<readonly KeyListed[]>
  /**
   * Publishes a new key, which signs `afterMs` later, so that every process has published it before. Also while another one is on its way. Throws
   * ForeignSecrets when SECRETS do not open the key that signs now, unless those that do are lost.
   */
  rotateKey(afterMs: number, source: Source, options?: { readonly secretsLost?: boolean }): Promise<SigningKey>
  /** Withdraws a published key now; the newest other one signs at once. The last one is refused. */
  retireKey(kid: string, source: Source): Promise<void>
  /**
   * Seals anew what is sealed under another secret than the first. Safe beside running servers, and to be called again. InvalidInput names what is sealed
   * under none of them, once all else is done.
   */
  resealSecrets(source: Source): Promise<Resealed>
}
