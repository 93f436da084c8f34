import type { Flow } from '../../domain/flow.js'
import type { AttemptId, FlowId } from '../../domain/ids.js'
import type { FlowRepository } from '../../ports/flow-repository.js'
import type { Rows } from './rows.js'

export class MemoryFlowRepository implements FlowRepository {
  readonly #flows: Rows['flows']

  constructor({ flows }: Pick<Rows, 'flows'>) {
    this.#flows = flows
  }

  /** Adds and never replaces: beginning twice must not make a spent flow good again. */
  async begin(flow: Flow): Promise<void> {
    this.#flows.add(flow)
  }

  async find(id: FlowId): Promise<Flow | undefined> {
    return this.#flows.get(id)
  }

  async spend(id: FlowId, attempt: AttemptId, at: Date): Promise<boolean> {
    const flow = this.#flows.get(id)
    if (flow?.spentBy === attempt) return true
    if (flow === undefined || flow.spentAt !== undefined || flow.expiresAt <= at) return false
    return this.#flows.replace({ ...flow, spentAt: at, spentBy: attempt })
  }
}
