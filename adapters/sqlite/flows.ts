import type { AuthorizationParameters, Flow } from '../../domain/flow.js'
import type { AttemptId, BrowserId, FlowId } from '../../domain/ids.js'
import type { FlowRepository } from '../../ports/flow-repository.js'
import { date, insertInto, json, maybeDate, maybeMilliseconds, maybeText, present, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const COLUMNS = ['id', 'browser', 'parameters', 'created_at', 'expires_at', 'spent_at', 'spent_by'] as const
const INSERT = insertInto('flows', COLUMNS)
const SPEND = 'UPDATE flows SET spent_at = :at, spent_by = :attempt WHERE id = :id AND spent_at IS NULL AND expires_at > :at RETURNING id'
const SPENT_BY = 'SELECT id FROM flows WHERE id = :id AND spent_by = :attempt'

export class SqliteFlowRepository implements FlowRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async begin(flow: Flow): Promise<void> {
    await this.#store.write(() => this.#store.run(INSERT, rowOfFlow(flow)))
  }

  async find(id: FlowId): Promise<Flow | undefined> {
    const row = await this.#store.read(() => this.#store.get('SELECT * FROM flows WHERE id = :id', { id }))
    return row && flowOfRow(row)
  }

  async spend(id: FlowId, attempt: AttemptId, at: Date): Promise<boolean> {
    const spent = await this.#store.write(
      () => this.#store.get(SPEND, { id, attempt, at: at.getTime() }) ?? this.#store.get(SPENT_BY, { id, attempt }),
    )
    return spent !== undefined
  }
}

export const rowOfFlow = (flow: Flow): Record<(typeof COLUMNS)[number], Row[string]> => ({
  id: flow.id,
  browser: flow.browser,
  parameters: json(flow.parameters),
  created_at: flow.createdAt.getTime(),
  expires_at: flow.expiresAt.getTime(),
  spent_at: maybeMilliseconds(flow.spentAt),
  spent_by: flow.spentBy ?? null,
})

export const flowOfRow = (row: Row): Flow => ({
  id: text(row, 'id') as FlowId,
  browser: text(row, 'browser') as BrowserId,
  parameters: JSON.parse(text(row, 'parameters')) as AuthorizationParameters,
  createdAt: date(row, 'created_at'),
  expiresAt: date(row, 'expires_at'),
  ...present({ spentAt: maybeDate(row, 'spent_at'), spentBy: maybeText(row, 'spent_by') as AttemptId | undefined }),
})
