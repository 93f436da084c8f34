import type { Resource } from '../domain/resource.js'

/** All methods throw StoreUnavailable when the store does not answer. */
export interface ResourceRepository {
  /** By uri, ascending. */
  list(): Promise<readonly Resource[]>
  /** False when the uri is taken. Atomic. */
  add(resource: Resource): Promise<boolean>
  remove(uri: string): Promise<boolean>
}
