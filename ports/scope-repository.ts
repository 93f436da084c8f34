import type { Scope } from '../domain/scope.js'

/** All methods throw StoreUnavailable when the store does not answer. */
export interface ScopeRepository {
  /** By name, ascending. */
  list(): Promise<readonly Scope[]>
  /** False when the name is taken. Atomic. */
  add(scope: Scope): Promise<boolean>
  /** False when there is none of that name. */
  replace(scope: Scope): Promise<boolean>
  remove(name: string): Promise<boolean>
}
