import type { Flow } from '../domain/flow.js'
import type { AttemptId, FlowId } from '../domain/ids.js'

/** Authorization requests on their way. All methods throw StoreUnavailable when the store does not answer. */
export interface FlowRepository {
  begin(flow: Flow): Promise<void>
  find(id: FlowId): Promise<Flow | undefined>
  /**
   * Spends a flow that is unspent and unexpired at `at`. Atomic: of any number of attempts one is true, again when asked again; others are false.
   */
  spend(id: FlowId, attempt: AttemptId, at: Date): Promise<boolean>
}
