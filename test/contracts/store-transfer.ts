import { expect } from 'chai'
import { InvalidInput } from '../../domain/errors.js'
import { AGGREGATES, recordKey, type Aggregate, type Records } from '../../domain/records.js'
import type { StoreTransfer } from '../../ports/store-transfer.js'
import { aGrant, aKey, anActiveGrant, anApprovedGrant, aSession, aUser } from '../support/builders.js'
import { expectCopies } from './copies.js'
import { failure, opening, type Open } from './opened.js'
import { SAMPLES, type Sample } from './records.js'

const LIMIT = 7

const keysOf = <A extends Aggregate>(aggregate: A, records: readonly Records[A][]): readonly string[] =>
  records.map((record) => recordKey(aggregate, record))

/** Every page, each once; `between` is called after each. */
async function pages(
  transfer: StoreTransfer,
  aggregate: Aggregate,
  limit: number,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly (readonly Records[Aggregate][])[]> {
  const all: (readonly Records[Aggregate][])[] = []
  for (let after: string | undefined; ;) {
    const page: { records: readonly Records[Aggregate][]; next?: string } = await transfer.read(aggregate, limit, after)
    all.push(page.records)
    if (page.next === undefined) return all
    after = page.next
    await between()
  }
}

export function storeTransferContract(name: string, open: Open): void {
  describe(`${name}: StoreTransfer`, () => {
    const storage = opening(open)
    const transfer = () => storage().transfer

    for (const aggregate of AGGREGATES) describe(aggregate, () => movesEach(aggregate, SAMPLES[aggregate] as Sample<Records[Aggregate]>))

    function movesEach<A extends Aggregate>(aggregate: A, { full, bare, find }: Sample<Records[A]>): void {
      const get = async (record: Records[A]) => (await transfer().get(aggregate, [recordKey(aggregate, record)]))[0]

      it('puts every field, as a copy, where its repository finds it', async () => {
        const record = full()
        await expectCopies(
          record,
          (it) => transfer().put(aggregate, [it]),
          () => get(record),
        )
        expect(await find(storage(), record)).to.deep.equal(record)
        expect((await transfer().read(aggregate, LIMIT)).records).to.deep.equal([record])
      })

      it('puts one in the place of another as a whole: what is absent is absent', async () => {
        const [record, other] = [full(), full()]
        for (const instead of bare(record)) {
          for (const put of [record, instead]) await transfer().put(aggregate, [put, other])
          expect(await get(record)).to.deep.equal(instead)
          expect(await find(storage(), record)).to.deep.equal(instead)
          expect((await transfer().read(aggregate, LIMIT)).records).to.have.deep.members([instead, other])
        }
        expect(await get(other)).to.deep.equal(other)
      })

      it('gives those of the keys that are there, each once', async () => {
        const records = Array.from({ length: 5 }, full)
        await transfer().put(aggregate, records)
        const [unknown, ...known] = keysOf(aggregate, [full(), ...records.slice(1, 3)])
        const found = await transfer().get(aggregate, [unknown!, ...known, 'nothing', 'nothing at all'])
        expect(found).to.have.deep.members(records.slice(1, 3))
        expect(await transfer().get(aggregate, [])).to.deep.equal([])
      })

      it('has each record on one page, of the size that was asked for, also when others come meanwhile or are put again', async () => {
        const records = Array.from({ length: 3 * LIMIT + 1 }, full)
        await transfer().put(aggregate, records)
        const all = await pages(transfer(), aggregate, LIMIT, () => transfer().put(aggregate, [full(), ...records.slice(5, 12)]))
        for (const page of all) expect(page.length).to.be.at.most(LIMIT)
        const seen = keysOf(aggregate, all.flat() as Records[A][])
        expect(new Set(seen).size, 'none twice').to.equal(seen.length)
        expect(seen).to.include.members(keysOf(aggregate, records))
      })

      it('has one page without a next when there is nothing, or just enough', async () => {
        expect(await transfer().read(aggregate, LIMIT)).to.deep.equal({ records: [] })
        await transfer().put(aggregate, Array.from({ length: LIMIT }, full))
        expect(await pages(transfer(), aggregate, LIMIT)).to.have.length(1)
      })
    }

    it('puts 1,200 at once, and again without a trace', async () => {
      const grants = Array.from({ length: 1_200 }, (_, index) => [aGrant, anActiveGrant, anApprovedGrant][index % 3]!())
      for (let times = 0; times < 2; times++) {
        await transfer().put('grants', grants)
        const all = await pages(transfer(), 'grants', 500)
        expect(all.map(({ length }) => length)).to.deep.equal([500, 500, 200])
        expect((await storage().maintenance.status()).rows).to.include({ grants: 1_200 })
      }
      const [found] = await transfer().get('grants', keysOf('grants', grants.slice(777, 778)))
      expect(found).to.deep.equal(grants[777])
    })

    it('reads what the repositories keep', async () => {
      const [user, grant, session] = [aUser(), aGrant(), aSession()]
      await storage().users.add(user)
      await storage().grants.save(grant)
      await storage().sessions.begin(session)
      expect((await transfer().read('users', LIMIT)).records).to.deep.equal([user])
      expect((await transfer().read('grants', LIMIT)).records).to.deep.equal([grant])
      expect((await transfer().read('sessions', LIMIT)).records).to.deep.equal([session])
    })

    it('refuses a person with the user name of another one, who stays as they are', async () => {
      const [ada, bob] = [aUser(), aUser()]
      await transfer().put('users', [ada, bob])
      for (const namesake of [aUser({ username: ada.username }), { ...bob, username: ada.username, email: 'other@example.org' }])
        expect(await failure(() => transfer().put('users', [namesake]))).to.be.instanceOf(InvalidInput)
      expect((await transfer().read('users', LIMIT)).records).to.have.deep.members([ada, bob])
    })

    it('refuses a key with the ordinal of another one, and lets one have another ordinal', async () => {
      const [first, second] = [aKey({ ordinal: 1 }), aKey({ ordinal: 2 })]
      await transfer().put('keys', [first, second])
      for (const rival of [aKey({ ordinal: 1 }), { ...second, ordinal: 1 }])
        expect(await failure(() => transfer().put('keys', [rival]))).to.be.instanceOf(InvalidInput)
      expect(await storage().keys.list()).to.deep.equal([first, second])
      await transfer().put('keys', [{ ...first, ordinal: 3 }])
      expect(await storage().keys.list()).to.deep.equal([second, { ...first, ordinal: 3 }])
    })
  })
}
