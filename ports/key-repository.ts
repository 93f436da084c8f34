import type { KeyId } from '../domain/ids.js'
import type { SigningKey } from '../domain/signing-key.js'

/** All methods throw StoreUnavailable when the store does not answer. */
export interface KeyRepository {
  /** By ordinal, ascending. */
  list(): Promise<readonly SigningKey[]>
  /** False when the ordinal is taken: of any number of processes that make the same successor, one is true. */
  add(key: SigningKey): Promise<boolean>
  /** Sets retiredAt of a key that has none; true for the call that did, false when it was retired before or is unknown. */
  retire(kid: KeyId, at: Date): Promise<boolean>
  /** Replaces the sealed private key only while it is still `from`; false when it is not. */
  reseal(kid: KeyId, from: string, to: string): Promise<boolean>
}
