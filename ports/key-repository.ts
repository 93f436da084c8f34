import type { SigningKey } from '../domain/signing-key.js'

/** All methods throw StoreUnavailable when the store does not answer. */
export interface KeyRepository {
  /** By ordinal, ascending. */
  list(): Promise<readonly SigningKey[]>
  /** False when the ordinal is taken: of any number of processes that make the same successor, one is true. */
  add(key: SigningKey): Promise<boolean>
}
