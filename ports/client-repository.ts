import type { Client } from '../domain/client.js'
import type { ClientId } from '../domain/ids.js'

/** All methods throw StoreUnavailable when the store does not answer. */
export interface ClientRepository {
  find(id: ClientId): Promise<Client | undefined>
  /** By id, ascending. */
  list(): Promise<readonly Client[]>
  /** Adds it; false when the id is taken. Atomic: of any number of adds of one id, one is true. */
  add(client: Client): Promise<boolean>
  /**
   * Replaces the one with that id, if it is of the same registration and its revision is the one before. Atomic: of any number of replacements that
   * were made of one revision, one is true; the others, and those of a client that is gone, are false and change nothing.
   */
  replace(client: Client): Promise<boolean>
  /** False when there was none. */
  remove(id: ClientId): Promise<boolean>
}
