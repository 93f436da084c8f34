import { latestEnd, type Attempts } from '../../domain/attempts.js'
import type { AttemptCounter } from '../../ports/attempt-counter.js'
import { date, integer, text } from './columns.js'
import type { Connection } from './connection.js'
import type { Row } from './driver.js'

const RESERVE = `
  INSERT INTO attempts (key, count, until) VALUES (:key, 1, :until) ON CONFLICT (key) DO UPDATE SET
    count = iif(until > :at AND until <= :latest, count + 1, 1), until = iif(until > :at AND until <= :latest, until, :until)
  RETURNING *`
const GIVE_BACK = 'UPDATE attempts SET count = count - 1 WHERE key = :key AND until = :until AND count > 0'

export class SqliteAttemptCounter implements AttemptCounter {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async reserve(key: string, at: Date, until: Date): Promise<Attempts> {
    const parameters = { key, at: at.getTime(), until: until.getTime(), latest: latestEnd(until).getTime() }
    const row = await this.#store.write(() => this.#store.get(RESERVE, parameters))
    if (row === undefined) throw new Error('an attempt was not counted')
    return attemptsOfRow(row)
  }

  async giveBack(key: string, until: Date): Promise<void> {
    await this.#store.write(() => this.#store.run(GIVE_BACK, { key, until: until.getTime() }))
  }
}

export const rowOfAttempts = ({ key, count, until }: Attempts): Row => ({ key, count, until: until.getTime() })

export const attemptsOfRow = (row: Row): Attempts => ({
  key: text(row, 'key'),
  count: integer(row, 'count'),
  until: date(row, 'until'),
})
