import type { Clock } from '../ports/clock.js'
import type { ForMovingStores, Moved, MoveProgress } from '../ports/for-moving-stores.js'
import type { Secrets } from '../ports/secrets.js'
import type { StoreMaintenance } from '../ports/store-maintenance.js'
import type { StoreTransfer } from '../ports/store-transfer.js'
import { InvalidInput } from './errors.js'
import { canonicalJson, Checksum } from './record-checksum.js'
import { isExpired, outlives } from './record-life.js'
import { AGGREGATES, recordKey, type Aggregate, type Records } from './records.js'

interface MovableStore {
  readonly maintenance: Pick<StoreMaintenance, 'ready' | 'isEmpty' | 'prepare' | 'status'>
  readonly transfer: StoreTransfer
}

export interface StoreMoverParts {
  readonly from: MovableStore
  readonly to: MovableStore
  readonly secrets: Pick<Secrets, 'digest'>
  readonly clock: Clock
}

type Tell = (progress: MoveProgress) => void
type PerAggregate<Value> = Readonly<Record<Aggregate, Value>>

/** Records of the destination: those that the source does not have, and those of which it has an older state. */
interface Others {
  readonly strangers: number
  readonly older: number
}

const BATCH = 500

/**
 * What a record rests on comes before it, so that half a copy refuses and never allows: a session, a flow or a grant without its person or
 * client is worthless. A person whose epoch grew since the last run comes before the sessions and grants that this ends; and keys come first,
 * or a server started too early would make one of its own.
 */
const RANK: PerAggregate<number> = {
  keys: 1,
  scopes: 2,
  resources: 3,
  clients: 4,
  users: 5,
  consents: 6,
  sessions: 7,
  flows: 8,
  // A token is denied before the grant that it hangs on is there.
  deniedTokens: 9,
  attempts: 10,
  grants: 11,
}
const IN_ORDER = AGGREGATES.toSorted((a, b) => RANK[a] - RANK[b])

/**
 * Copies what the destination lacks or holds otherwise, then proves that both hold the same. What has expired does not count: some stores forget
 * it by themselves, without a server, at any moment.
 */
export class StoreMover implements ForMovingStores {
  readonly #from: MovableStore
  readonly #to: MovableStore
  readonly #secrets: Pick<Secrets, 'digest'>
  readonly #clock: Clock

  constructor({ from, to, secrets, clock }: StoreMoverParts) {
    this.#from = from
    this.#to = to
    this.#secrets = secrets
    this.#clock = clock
  }

  async move(tell: Tell): Promise<Moved> {
    await this.#from.maintenance.ready()
    if (await this.#to.maintenance.isEmpty()) await this.#to.maintenance.prepare()
    await this.#to.maintenance.ready()
    await this.#refuseOthers(tell)
    const totals = await rowsOf(this.#from)
    const copied = await forEach((aggregate) => this.#copy(aggregate, totals, tell))
    return { copied, ...(await this.#verify(copied, tell)) }
  }

  /** A destination with a life of its own is not the rest of an interrupted copy, but somebody's store. */
  async #refuseOthers(tell: Tell): Promise<void> {
    const totals = await rowsOf(this.#to)
    const others = await forEach((aggregate) => this.#countOthers(aggregate, totals, tell))
    const found = (kind: keyof Others) =>
      IN_ORDER.filter((aggregate) => others[aggregate][kind] > 0).map((aggregate) => `${others[aggregate][kind]} ${aggregate}`)
    const [strangers, older] = [found('strangers'), found('older')]
    if (strangers.length > 0)
      throw new InvalidInput(`the destination holds ${strangers.join(', ')} that the source does not: copy into an empty store`)
    if (older.length === 0) return
    const which = `the source holds an older state of ${older.join(', ')}`
    throw new InvalidInput(`${which}: the destination has been in use since it was copied; copy into an empty store`)
  }

  async #countOthers(aggregate: Aggregate, totals: PerAggregate<number>, tell: Tell): Promise<Others> {
    let [done, strangers, older] = [0, 0, 0]
    for await (const records of pagesOf(this.#to, aggregate)) {
      const originals = byKey(aggregate, await this.#from.transfer.get(aggregate, keysOf(aggregate, records)))
      for (const record of this.#unexpired(aggregate, records)) {
        const original = originals.get(recordKey(aggregate, record))
        if (original === undefined) strangers++
        else if (outlives(aggregate, record, original)) older++
      }
      done += records.length
      if (records.length > 0) tell({ step: 'comparing', aggregate, done, total: totals[aggregate], written: 0 })
    }
    return { strangers, older }
  }

  async #copy(aggregate: Aggregate, totals: PerAggregate<number>, tell: Tell): Promise<number> {
    let [done, written] = [0, 0]
    for await (const records of pagesOf(this.#from, aggregate)) {
      const held = byKey(aggregate, await this.#to.transfer.get(aggregate, keysOf(aggregate, records)))
      const unexpired = new Set(this.#unexpired(aggregate, records))
      const wanting = records.filter((record) => {
        const there = held.get(recordKey(aggregate, record))
        return there === undefined ? unexpired.has(record) : canonicalJson(there) !== canonicalJson(record)
      })
      if (wanting.length > 0) await this.#to.transfer.put(aggregate, wanting)
      done += records.length
      written += wanting.length
      tell({ step: 'copying', aggregate, done, total: totals[aggregate], written })
    }
    return written
  }

  async #verify(copied: PerAggregate<number>, tell: Tell): Promise<Omit<Moved, 'copied'>> {
    const totals = await rowsOf(this.#to)
    const sums = await forEach(async (aggregate) => {
      const told = (done: number) => tell({ step: 'verifying', aggregate, done, total: totals[aggregate], written: copied[aggregate] })
      const at = this.#clock.now()
      return Promise.all([this.#sum(this.#from, aggregate, at), this.#sum(this.#to, aggregate, at, told)])
    })
    const different = IN_ORDER.filter((aggregate) => !areSame(sums[aggregate]))
    if (different.length > 0) throw new InvalidInput(differenceIn(different, sums))
    return {
      rows: await forEach((aggregate) => sums[aggregate][0].count),
      checksums: await forEach((aggregate) => sums[aggregate][0].hex()),
    }
  }

  async #sum(store: MovableStore, aggregate: Aggregate, at: Date, told?: (done: number) => void): Promise<Checksum> {
    const sum = new Checksum(this.#secrets)
    let done = 0
    for await (const records of pagesOf(store, aggregate)) {
      for (const record of records) if (!isExpired(aggregate, record, at)) sum.add(record)
      told?.((done += records.length))
    }
    return sum
  }

  #unexpired<A extends Aggregate>(aggregate: A, records: readonly Records[A][]): readonly Records[A][] {
    const at = this.#clock.now()
    return records.filter((record) => !isExpired(aggregate, record, at))
  }
}

const areSame = ([a, b]: readonly [Checksum, Checksum]): boolean => a.count === b.count && a.hex() === b.hex()

function differenceIn(aggregates: readonly Aggregate[], sums: PerAggregate<readonly [Checksum, Checksum]>): string {
  const each = aggregates.map((aggregate) => {
    const [from, to] = sums[aggregate]
    return from.count === to.count ? aggregate : `${aggregate} (${from.count} in the source, ${to.count} in the destination)`
  })
  return `the stores differ in ${each.join(', ')}: the source changed meanwhile or the copy was disturbed; stop the servers and run it again`
}

/** One after the other, in the order of the copy. */
async function forEach<Value>(work: (aggregate: Aggregate) => Value | Promise<Value>): Promise<PerAggregate<Value>> {
  const values: Partial<Record<Aggregate, Value>> = {}
  for (const aggregate of IN_ORDER) values[aggregate] = await work(aggregate)
  return values as PerAggregate<Value>
}

async function* pagesOf<A extends Aggregate>({ transfer }: MovableStore, aggregate: A): AsyncGenerator<readonly Records[A][]> {
  let after: string | undefined
  do {
    const { records, next } = await transfer.read(aggregate, BATCH, after)
    yield records
    after = next
  } while (after !== undefined)
}

const byKey = <A extends Aggregate>(aggregate: A, records: readonly Records[A][]): ReadonlyMap<string, Records[A]> =>
  new Map(records.map((record) => [recordKey(aggregate, record), record]))

const keysOf = <A extends Aggregate>(aggregate: A, records: readonly Records[A][]): readonly string[] =>
  records.map((record) => recordKey(aggregate, record))

async function rowsOf({ maintenance }: MovableStore): Promise<PerAggregate<number>> {
  const { rows } = await maintenance.status()
  return forEach((aggregate) => rows[aggregate] ?? 0)
}
