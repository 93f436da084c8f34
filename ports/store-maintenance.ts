export interface StoreStatus {
  /** `sqlite`, `memory`, … */
  readonly store: string
  readonly schema: { readonly version: number; readonly wanted: number; readonly pending: readonly string[] }
  /** Per aggregate: users, clients, scopes, resources, grants, consents, sessions, flows, keys, deniedTokens, attempts. */
  readonly rows: Readonly<Record<string, number>>
}

/** The store as a whole. All methods throw StoreUnavailable when the store does not answer. */
export interface StoreMaintenance {
  /**
   * Resolves when the store answers and its schema is the wanted one; rejects with what is missing, and for a newer one unless it resolved before:
   * servers run on while a newer one prepares their store. Changes nothing.
   */
  ready(): Promise<void>
  status(): Promise<StoreStatus>
  /** True for a store without any schema. */
  isEmpty(): Promise<boolean>
  /** Brings the schema to the wanted version; idempotent, safe in parallel. Answers what was (or with `dryRun` would be) done. */
  prepare(options?: { readonly dryRun?: boolean }): Promise<readonly string[]>
  /** Removes what has ended or expired at `at` (grants, sessions, flows, deniedTokens, attempts), in small batches; how many per aggregate. */
  prune(at: Date): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}
