import type { ForMovingStores, Moved, MoveProgress } from '../ports/for-moving-stores.js'
import type { Secrets } from '../ports/secrets.js'
import type { StoreMaintenance } from '../ports/store-maintenance.js'
import type { StoreTransfer } from '../ports/store-transfer.js'
import { InvalidInput } from './errors.js'
import { canonicalJson, Checksum } from './record-checksum.js'
import { AGGREGATES, recordKey, type Aggregate, type Records } from './records.js'

interface MovableStore {
  readonly maintenance: Pick<StoreMaintenance, 'ready' | 'isEmpty' | 'prepare' | 'status'>
  readonly transfer: StoreTransfer
}

export interface StoreMoverParts {
  readonly from: MovableStore
  readonly to: MovableStore
  readonly secrets: Pick<Secrets, 'digest'>
}

type Tell = (progress: MoveProgress) => void
type PerAggregate<Value> = Readonly<Record<Aggregate, Value>>

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

/** Copies what the destination lacks or holds otherwise, then proves that both hold the same. */
export class StoreMover implements ForMovingStores {
  readonly #from: MovableStore
  readonly #to: MovableStore
  readonly #secrets: Pick<Secrets, 'digest'>

  constructor({ from, to, secrets }: StoreMoverParts) {
    this.#from = from
    this.#to = to
    this.#secrets = secrets
  }

  async move(tell: Tell): Promise<Moved> {
    await this.#from.maintenance.ready()
    if (await this.#to.maintenance.isEmpty()) await this.#to.maintenance.prepare()
    await this.#to.maintenance.ready()
    await this.#refuseStrangers(tell)
    const totals = await rowsOf(this.#from)
    const copied = await forEach((aggregate) => this.#copy(aggregate, totals, tell))
    return { copied, ...(await this.#verify(copied, tell)) }
  }

  /** A destination with records of its own is not the rest of an interrupted copy, but somebody's store. */
  async #refuseStrangers(tell: Tell): Promise<void> {
    const totals = await rowsOf(this.#to)
    const strangers = await forEach((aggregate) => this.#countStrangers(aggregate, totals, tell))
    const found = IN_ORDER.filter((aggregate) => strangers[aggregate] > 0).map((aggregate) => `${strangers[aggregate]} ${aggregate}`)
    if (found.length === 0) return
    throw new InvalidInput(`the destination holds ${found.join(', ')} that the source does not: copy into an empty store`)
  }

  async #countStrangers(aggregate: Aggregate, totals: PerAggregate<number>, tell: Tell): Promise<number> {
    let [done, strangers] = [0, 0]
    for await (const records of pagesOf(this.#to, aggregate)) {
      const known = await this.#from.transfer.get(aggregate, keysOf(aggregate, records))
      strangers += records.length - known.length
      done += records.length
      if (records.length > 0) tell({ step: 'comparing', aggregate, done, total: totals[aggregate], written: 0 })
    }
    return strangers
  }

  async #copy(aggregate: Aggregate, totals: PerAggregate<number>, tell: Tell): Promise<number> {
    let [done, written] = [0, 0]
    for await (const records of pagesOf(this.#from, aggregate)) {
      const there = await this.#to.transfer.get(aggregate, keysOf(aggregate, records))
      const held = new Set(there.map(canonicalJson))
      const wanting = records.filter((record) => !held.has(canonicalJson(record)))
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
      return Promise.all([this.#sum(this.#from, aggregate), this.#sum(this.#to, aggregate, told)])
    })
    const different = IN_ORDER.filter((aggregate) => !areSame(sums[aggregate]))
    if (different.length > 0) throw new InvalidInput(differenceIn(different, sums))
    return {
      rows: await forEach((aggregate) => sums[aggregate][0].count),
      checksums: await forEach((aggregate) => sums[aggregate][0].hex()),
    }
  }

  async #sum(store: MovableStore, aggregate: Aggregate, told?: (done: number) => void): Promise<Checksum> {
    const sum = new Checksum(this.#secrets)
    for await (const records of pagesOf(store, aggregate)) {
      for (const record of records) sum.add(record)
      told?.(sum.count)
    }
    return sum
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

const keysOf = <A extends Aggregate>(aggregate: A, records: readonly Records[A][]): readonly string[] =>
  records.map((record) => recordKey(aggregate, record))

async function rowsOf({ maintenance }: MovableStore): Promise<PerAggregate<number>> {
  const { rows } = await maintenance.status()
  return forEach((aggregate) => rows[aggregate] ?? 0)
}
