import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import type { KeyAdministration } from '../../domain/key-administration.js'
import { ForeignSecrets } from '../../domain/errors.js'
import type { KeyRing } from '../../domain/key-ring.js'
import type { Storage } from '../../ports/storage.js'
import { contend, failure } from '../contracts/opened.js'
import { after, aKey, MINUTE, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { refused, SOURCE } from './administrator-fixture.js'
import { aKeyRoom, FRESH, OLD } from './keys-fixture.js'

const kidsOf = async (ring: KeyRing) => (await ring.jwks()).keys.map(({ kid }) => kid)
const states = async (keeping: KeyAdministration) => (await keeping.listKeys()).map(({ key, state }) => [key.ordinal, state])
const ordinals = async ({ keys }: Storage) => (await keys.list()).map(({ ordinal }) => ordinal)

describe('KeyAdministration', () => {
  it('lists what is published: next, active, published', async () => {
    const { keeping, ring, pass } = aKeyRoom()
    expect(await keeping.listKeys()).to.deep.equal([])
    await ring.signingKey()
    pass(20 * MINUTE)
    await keeping.rotateKey(2_000, SOURCE)
    await keeping.rotateKey(5 * MINUTE, SOURCE)
    const before = [
      [1, 'active'],
      [2, 'next'],
      [3, 'next'],
    ]
    expect(await states(keeping)).to.deep.equal(before)
    pass(2_000)
    const meanwhile = [
      [1, 'published'],
      [2, 'active'],
      [3, 'next'],
    ]
    expect(await states(keeping)).to.deep.equal(meanwhile)
    pass(60 * MINUTE)
    expect(await states(keeping)).to.deep.equal([[3, 'active']])
  })

  it('refuses to withdraw what is not published, and the last one', async () => {
    const { keeping, ring } = aKeyRoom()
    await ring.signingKey()
    const [kid = ''] = await kidsOf(ring)
    expect(await refused(keeping.retireKey('another', SOURCE))).to.equal('there is no published key "another"')
    expect(await refused(keeping.retireKey(kid, SOURCE))).to.equal(`key "${kid}" is the last one: rotate first`)
    expect(await kidsOf(ring)).to.deep.equal([kid])
  })

  it('JWKS-005: rotates with no SECRETS but those that open the key that signs, so that the servers go on signing', async () => {
    const { ring, storage, events, pass } = aKeyRoom()
    await ring.signingKey()
    const foreign = aKeyRoom({ storage, secrets: [FRESH] })
    const refusal = await failure(() => foreign.keeping.rotateKey(2_000, SOURCE))
    expect(refusal).to.be.instanceOf(ForeignSecrets)
    expect(String(refusal)).to.include('PORTCULLIS_SECRETS: ').and.not.include(FRESH.toString('base64url'))
    expect([await ordinals(storage), foreign.events, events]).to.deep.equal([[1], [], []])
    pass(3_000)
    await ring.signingKey()
    await aKeyRoom({ storage, secrets: [FRESH, OLD] }).keeping.rotateKey(2_000, SOURCE)
    expect(await ordinals(storage)).to.deep.equal([1, 2])
  })

  it('JWKS-005: the key that counts is the one that signs, not one that is withdrawn or to come', async () => {
    const { keeping, ring, storage } = aKeyRoom()
    await ring.signingKey()
    await storage.keys.add(aKey({ ordinal: 2 }))
    await storage.keys.add(aKey({ ordinal: 3, retiredAt: undefined, createdAt: NOW, signsFrom: after(MINUTE) }))
    await keeping.rotateKey(2_000, SOURCE)
    expect(await ordinals(storage)).to.deep.equal([1, 2, 3, 4])
  })

  it('says in the log which key was made and which withdrawn', async () => {
    const { keeping, ring, events } = aKeyRoom()
    await ring.signingKey()
    const [kid = ''] = await kidsOf(ring)
    const next = await keeping.rotateKey(2_000, SOURCE)
    await keeping.retireKey(kid, SOURCE)
    expect(events.map(({ reason }) => reason)).to.deep.equal([`signing key ${next.kid} made`, `signing key ${kid} retired`])
  })

  it('gives 50 rotations at the same moment 50 ordinals', async () => {
    const { keeping, ring, storage } = aKeyRoom({ storage: slow(openMemoryStorage()) })
    await ring.signingKey()
    await contend(() => keeping.rotateKey(2_000, SOURCE))
    expect(await ordinals(storage)).to.deep.equal(Array.from({ length: 51 }, (_, index) => index + 1))
  })

  it('makes one first key, however many processes start at the same moment', async () => {
    const { aProcess, storage } = aKeyRoom({ storage: slow(openMemoryStorage()) })
    const kids = await Promise.all(Array.from({ length: 20 }, async () => (await kidsOf(aProcess().ring)).join()))
    expect(new Set(kids)).to.have.property('size', 1)
    expect(await ordinals(storage)).to.deep.equal([1])
  })

  for (const seed of [1, 2, 3, 4, 5])
    it(`50 rotations and withdrawals at the same moment leave a published key and no two of one ordinal (${seed})`, async () => {
      const { aProcess, keeping, ring, storage, pass } = aKeyRoom({ storage: slow(openMemoryStorage(), seed) })
      await ring.signingKey()
      await keeping.rotateKey(2_000, SOURCE)
      const known = await storage.keys.list()
      const outcomes = await Promise.allSettled(
        Array.from({ length: 50 }, (_, index): Promise<unknown> => {
          const { keeping: operator } = aProcess()
          return index % 10 === 9 ? operator.rotateKey(2_000, SOURCE) : operator.retireKey(known[index % 2]!.kid, SOURCE)
        }),
      )
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(String(outcome.reason)).to.match(/InvalidInput/)
      const there = await ordinals(storage)
      expect(new Set(there).size).to.equal(there.length)
      expect(await keeping.listKeys()).to.not.deep.equal([])
      pass(1_000)
      expect(await kidsOf(ring)).to.not.deep.equal([])
    })

  it('the last two, withdrawn by two operators at the same moment, get a successor that signs at once', async () => {
    const { keeping, aProcess, ring, storage, pass } = aKeyRoom({ storage: slow(openMemoryStorage()) })
    await ring.signingKey()
    await keeping.rotateKey(2_000, SOURCE)
    const [one, other] = await storage.keys.list()
    await Promise.all([keeping.retireKey(one!.kid, SOURCE), aProcess().keeping.retireKey(other!.kid, SOURCE)])
    expect(await states(keeping)).to.deep.equal([[3, 'active']])
    pass(1_000)
    const [kid] = await kidsOf(ring)
    expect((await storage.keys.list()).map((key) => key.kid).indexOf(kid as never)).to.equal(2)
  })

  it('all processes know a second later what one operator did', async () => {
    const { keeping, aProcess, pass } = aKeyRoom()
    const rings = Array.from({ length: 5 }, () => aProcess().ring)
    const [old] = await Promise.all(rings.map(async (ring) => (await kidsOf(ring))[0] ?? ''))
    pass(500)
    const { kid } = await keeping.rotateKey(60 * MINUTE, SOURCE)
    pass(1_000)
    for (const ring of rings) expect(await kidsOf(ring)).to.deep.equal([old, kid])
    await keeping.retireKey(old ?? '', SOURCE)
    pass(1_000)
    for (const ring of rings) expect(await kidsOf(ring)).to.deep.equal([kid])
  })
})
