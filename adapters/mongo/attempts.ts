import type { UpdateFilter } from 'mongodb'
import { latestEnd, type Attempts } from '../../domain/attempts.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { AttemptCounter } from '../../ports/attempt-counter.js'
import type { Within } from './asking.js'
import { changeOnce } from './changing.js'
import type { Connection } from './connection.js'
import { documentOf, recordOf, type Stored } from './documents.js'
import { isDuplicate } from './failures.js'
import { text } from './values.js'

// Of documents whose fields are open the driver's types know no numbers.
const ONE_MORE: UpdateFilter<Stored> = { $inc: { count: 1 } as never }

/** Each round means that another call began or ended the window meanwhile. */
const MAX_ROUNDS = 20

export class MongoAttemptCounter implements AttemptCounter {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  /** A call that asks again counts again: rather one too many than one too few. */
  async reserve(key: string, at: Date, until: Date): Promise<Attempts> {
    return this.#store.ask(async (within) => {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const counted = (await this.#countOn(text(key), at, until, within)) ?? (await this.#begin(text(key), until, within))
        if (counted !== undefined) return counted
      }
      throw new StoreUnavailable('too many began one window at once')
    })
  }

  async giveBack(key: string, until: Date): Promise<void> {
    await changeOnce(this.#store, 'attempts', { _id: text(key), until, count: { $gt: 0 } }, { $inc: { count: -1 } })
  }

  /** In the window that is open, or in a new one in the place of one that is over. */
  async #countOn(_id: string, at: Date, until: Date, within: Within): Promise<Attempts | undefined> {
    const attempts = this.#store.collection('attempts')
    const after = () => ({ ...within(), returnDocument: 'after' }) as const
    const isOver = { $or: [{ until: { $lte: at } }, { until: { $gt: latestEnd(until) } }] }
    const document =
      (await attempts.findOneAndUpdate({ _id, until: { $gt: at, $lte: latestEnd(until) } }, ONE_MORE, after())) ??
      (await attempts.findOneAndUpdate({ _id, ...isOver }, { $set: { count: 1, until } }, after()))
    return document === null ? undefined : recordOf('attempts', document)
  }

  async #begin(key: string, until: Date, within: Within): Promise<Attempts | undefined> {
    const begun = { key, count: 1, until: new Date(until) }
    const { _id, ...fields } = documentOf('attempts', begun)
    try {
      await this.#store.collection('attempts').insertOne({ ...fields, _id }, within())
      return begun
    } catch (error) {
      if (isDuplicate(error)) return undefined
      throw error
    }
  }
}
