import type { Filter, UpdateFilter } from 'mongodb'
import type { EndReason, Grant, GrantFilter } from '../../domain/grant.js'
import type { GrantId } from '../../domain/ids.js'
import type { GrantRepository, Redemption, Rotation } from '../../ports/grant-repository.js'
import { add } from './adding.js'
import type { Within } from './asking.js'
import { inBatches } from './batches.js'
import type { Connection } from './connection.js'
import { recordOf, type Stored } from './documents.js'
import { isAlone } from './failures.js'
import { listed, OLDEST_FIRST } from './listing.js'
import { changingAll, demandField, isThere, matching, newMark, NOTHING } from './statements.js'
import { text, whole } from './values.js'

/** Each state change is one statement, whose filter is the whole rule. */
export class MongoGrantRepository implements GrantRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async save(grant: Grant): Promise<void> {
    await add(this.#store, 'grants', grant)
  }

  async find(id: GrantId, { confirmed = false }: { readonly confirmed?: boolean } = {}): Promise<Grant | undefined> {
    const _id = text(id)
    const ask = confirmed ? (within: Within) => this.#confirmed(_id, within) : (within: Within) => this.#grants.findOne({ _id }, within())
    return toGrant(await this.#store.ask(ask))
  }

  async redeem(id: GrantId, { attempt, at, refresh, expiresAt }: Redemption): Promise<Grant | undefined> {
    const alive = { _id: text(id), endedAt: null }
    const lineage = refresh && { generation: 1, rotatedAt: at, idleExpiresAt: refresh.idleExpiresAt, expiresAt: refresh.expiresAt }
    return this.#win(
      { ...alive, 'code.redeemedAt': null, 'code.expiresAt': { $gt: at } },
      { $set: { 'code.redeemedAt': at, 'code.redeemedBy': text(attempt), ...(lineage && { refresh: lineage }), expiresAt } },
      { ...alive, 'code.redeemedBy': attempt },
    )
  }

  async rotate(id: GrantId, generation: number, { attempt, at, idleExpiresAt }: Rotation): Promise<Grant | undefined> {
    const alive = { _id: text(id), endedAt: null }
    const next = whole(generation) + 1
    // A pipeline, because rotatedBefore is what rotatedAt was; in it a text that begins with $ would be a path.
    const lineage = {
      'refresh.generation': next,
      'refresh.rotatedBefore': '$refresh.rotatedAt',
      'refresh.rotatedAt': at,
      'refresh.rotatedBy': { $literal: text(attempt) },
      'refresh.idleExpiresAt': idleExpiresAt,
    }
    return this.#win(
      { ...alive, 'refresh.generation': generation, 'refresh.idleExpiresAt': { $gt: at }, 'refresh.expiresAt': { $gt: at } },
      [{ $set: lineage }],
      { ...alive, 'refresh.generation': next, 'refresh.rotatedBy': attempt },
    )
  }

  /** A call that asks again finds by its mark that it was the one that ended the grant. */
  async end(id: GrantId, why: EndReason, at: Date): Promise<boolean> {
    const _id = text(id)
    const endAttempt = newMark()
    const end = { $set: { endedAt: at, endedBy: why, endAttempt } }
    return this.#store.ask(async (within) => {
      const { modifiedCount } = await this.#grants.updateOne({ _id, endedAt: null }, end, within())
      return modifiedCount === 1 || isThere(this.#grants, { _id, endAttempt }, within)
    })
  }

  /** Like `end`: what an earlier run of the same statement ended is counted, and once. */
  async endAll(filter: GrantFilter, why: EndReason, at: Date): Promise<number> {
    demandField(filter)
    return inBatches(this.#store, 'grants', { ...owned(filter), endedAt: null }, (among) => {
      const which = { ...owned(filter), ...among }
      const endAttempt = newMark()
      const end = { $set: { endedAt: at, endedBy: why, endAttempt } }
      return this.#store.ask(changingAll(this.#grants, { ...which, endedAt: null }, end, { ...which, endAttempt }))
    })
  }

  async list(filter: GrantFilter, at: Date): Promise<readonly Grant[]> {
    return listed(this.#store, 'grants', { ...owned(filter), endedAt: null, expiresAt: { $gt: at } }, OLDEST_FIRST)
  }

  get #grants() {
    return this.#store.collection('grants')
  }

  /** A primary that was cut off may hold a write that no majority has: what is linearizable, it cannot answer. */
  async #confirmed(_id: string, within: Within): Promise<Stored | null> {
    try {
      return await this.#grants.findOne({ _id }, { ...within(), readConcern: { level: 'linearizable' } })
    } catch (error) {
      if (!isAlone(error)) throw error
      // Nobody can undo what a server without a replica set holds.
      return this.#grants.findOne({ _id }, within())
    }
  }

  /** The new state for the attempt that wins. The same attempt again, by the caller or after an unknown outcome, finds it as `won`. */
  async #win(open: Filter<Stored>, change: UpdateFilter<Stored> | object[], won: Filter<Stored>): Promise<Grant | undefined> {
    return this.#store.ask(async (within) => {
      const after = () => ({ ...within(), returnDocument: 'after' }) as const
      const changed = await this.#grants.findOneAndUpdate(open, change, after())
      return toGrant(changed ?? (await this.#grants.findOneAndUpdate(won, NOTHING, after())))
    })
  }
}

const toGrant = (document: Stored | null): Grant | undefined => (document === null ? undefined : recordOf('grants', document))

const owned = ({ userId, clientId }: GrantFilter) => matching({ userId, clientId })
