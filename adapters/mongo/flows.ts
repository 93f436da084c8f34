import type { Flow } from '../../domain/flow.js'
import type { AttemptId, FlowId } from '../../domain/ids.js'
import type { FlowRepository } from '../../ports/flow-repository.js'
import { add } from './adding.js'
import type { Connection } from './connection.js'
import { recordOf } from './documents.js'
import { isThere } from './statements.js'
import { text } from './values.js'

export class MongoFlowRepository implements FlowRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async begin(flow: Flow): Promise<void> {
    await add(this.#store, 'flows', flow)
  }

  async find(id: FlowId): Promise<Flow | undefined> {
    const document = await this.#store.ask((within) => this.#store.collection('flows').findOne({ _id: text(id) }, within()))
    return document === null ? undefined : recordOf('flows', document)
  }

  /** The same attempt again, by the caller or after an unknown outcome, finds itself in spentBy. */
  async spend(id: FlowId, attempt: AttemptId, at: Date): Promise<boolean> {
    const flows = this.#store.collection('flows')
    const _id = text(id)
    const spent = { $set: { spentAt: at, spentBy: text(attempt) } }
    return this.#store.ask(async (within) => {
      const { modifiedCount } = await flows.updateOne({ _id, spentAt: null, expiresAt: { $gt: at } }, spent, within())
      return modifiedCount === 1 || isThere(flows, { _id, spentBy: attempt }, within)
    })
  }
}
