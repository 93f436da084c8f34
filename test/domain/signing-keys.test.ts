import { expect } from 'chai'
import fc from 'fast-check'
import { activeKey, publishedKeys } from '../../domain/key-succession.js'
import type { SigningKey } from '../../domain/signing-key.js'
import { after, aKey, MINUTE } from '../support/builders.js'

const SECOND = 1_000
const TTL = 10 * MINUTE
/** What clocks may differ by and step. */
const LEEWAY = 125 * SECOND

interface Life {
  readonly made: number
  readonly signs: number
  readonly withdrawn?: number
}

/** Keys with ordinals 1, 2, 3 … and these lives, in seconds. */
const keysOf = (...lives: readonly Life[]): readonly SigningKey[] =>
  lives.map(({ made, signs, withdrawn }, index) =>
    aKey({
      ordinal: index + 1,
      createdAt: after(made * SECOND),
      signsFrom: after(signs * SECOND),
      retiredAt: withdrawn === undefined ? undefined : after(withdrawn * SECOND),
    }),
  )

const FIRST = { made: 0, signs: 0 }

/** Which ordinal signs and which are published then. */
function at(seconds: number, keys: readonly SigningKey[]) {
  const moment = after(seconds * SECOND)
  return {
    signs: activeKey(keys, moment)?.ordinal,
    published: publishedKeys(keys, moment, TTL).map(({ ordinal }) => ordinal),
  }
}

describe('the succession of signing keys', () => {
  it('JWKS-005: the next one is published at once, signs in its time, and its predecessor stays until its last token has expired', () => {
    const keys = keysOf(FIRST, { made: 1_000, signs: 1_002 })
    const gone = 1_002 + (TTL + LEEWAY) / SECOND
    expect(at(1_000, keys)).to.deep.equal({ signs: 1, published: [1, 2] })
    expect(at(1_001, keys)).to.deep.equal({ signs: 1, published: [1, 2] })
    expect(at(1_002, keys)).to.deep.equal({ signs: 2, published: [1, 2] })
    expect(at(gone - 1, keys)).to.deep.equal({ signs: 2, published: [1, 2] })
    expect(at(gone + 1, keys)).to.deep.equal({ signs: 2, published: [2] })
  })

  it('one that is alone signs and is published, whatever the clocks say', () => {
    expect(at(-300, keysOf(FIRST))).to.deep.equal({ signs: 1, published: [1] })
    expect(at(9_999_999, keysOf(FIRST))).to.deep.equal({ signs: 1, published: [1] })
    expect(at(0, [])).to.deep.equal({ signs: undefined, published: [] })
  })

  it('as long as the time of none has come the first one signs', () => {
    const keys = keysOf({ made: 0, signs: 2 }, { made: 1, signs: 3 })
    expect(at(1, keys)).to.deep.equal({ signs: 1, published: [1, 2] })
    expect(at(3, keys)).to.deep.equal({ signs: 2, published: [1, 2] })
    expect(at(1, keysOf({ made: 0, signs: 2, withdrawn: 1 }, { made: 0, signs: 60 }, { made: 0, signs: 30 }))).to.deep.equal({
      signs: 3,
      published: [2, 3],
    })
  })

  it('a rotation while another is pending takes its place', () => {
    const keys = keysOf(FIRST, { made: 1_000, signs: 4_600 }, { made: 1_010, signs: 1_012 })
    expect(at(1_011, keys)).to.deep.equal({ signs: 1, published: [1, 2, 3] })
    expect(at(1_012, keys)).to.deep.equal({ signs: 3, published: [1, 2, 3] })
    expect(at(4_700, keys)).to.deep.equal({ signs: 3, published: [3] })
  })

  it('with the one that signs withdrawn, the newest other one signs at once, and goes on', () => {
    const keys = keysOf({ ...FIRST, withdrawn: 1_010 }, { made: 1_000, signs: 4_600 })
    expect(at(1_010, keys)).to.deep.equal({ signs: 2, published: [2] })
    expect(at(9_000, keys)).to.deep.equal({ signs: 2, published: [2] })
  })

  it('with one withdrawn that does not sign, nothing else changes', () => {
    const old = keysOf({ ...FIRST, withdrawn: 1_100 }, { made: 1_000, signs: 1_002 }, { made: 1_050, signs: 9_000 })
    expect(at(1_100, old)).to.deep.equal({ signs: 2, published: [2, 3] })
    const next = keysOf(FIRST, { made: 1_000, signs: 4_600, withdrawn: 1_100 }, { made: 1_050, signs: 9_000 })
    for (const seconds of [1_100, 4_700, 8_999]) expect(at(seconds, next)).to.deep.equal({ signs: 1, published: [1, 3] })
    expect(at(9_000, next)).to.deep.equal({ signs: 3, published: [1, 3] })
  })

  it('one that signs again because its successor was withdrawn is followed with the same care', () => {
    const keys = keysOf(FIRST, { made: 1_000, signs: 1_002, withdrawn: 1_060 }, { made: 5_000, signs: 5_002 })
    expect(at(4_000, keys.slice(0, 2))).to.deep.equal({ signs: 1, published: [1] })
    expect(at(5_001, keys)).to.deep.equal({ signs: 1, published: [1, 3] })
    expect(at(5_003, keys)).to.deep.equal({ signs: 3, published: [1, 3] })
    expect(at(5_003 + (TTL + LEEWAY) / SECOND, keys)).to.deep.equal({ signs: 3, published: [3] })
  })

  it('one that has left does not come back', () => {
    const keys = keysOf(FIRST, { made: 1_000, signs: 1_002, withdrawn: 5_010 }, { made: 5_000, signs: 9_000 })
    expect(at(5_009, keysOf(FIRST, { made: 1_000, signs: 1_002 }, { made: 5_000, signs: 9_000 })).published).to.deep.equal([2, 3])
    expect(at(5_010, keys)).to.deep.equal({ signs: 3, published: [3] })
  })

  it('a withdrawal that the clock of another server has not seen yet holds all the same', () => {
    const keys = keysOf(FIRST, { made: 1_000, signs: 1_002, withdrawn: 5_010 }, { made: 5_000, signs: 9_000 })
    expect(at(5_006, keys)).to.deep.equal({ signs: 3, published: [3] })
  })

  it('whatever operators do, a token verifies until it expires, and no key signs that was not published a second ago', () => {
    const steps = fc.record({
      wait: fc.integer({ min: 1, max: 900 }),
      does: fc.constantFrom('rotate', 'retire', 'nothing'),
      pick: fc.nat(),
    })
    const delays = fc.array(fc.constantFrom(2, 5, 60, 3_600), { minLength: 40, maxLength: 40 })
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), delays, (story, delay) => {
        let [now, keys] = [1_000, keysOf(FIRST)]
        const signed = new Map<number, number>()
        for (const [index, { wait, does, pick }] of story.entries()) {
          for (const until = now + wait; now < until; now = Math.min(until, now + 150)) {
            const { signs = 0, published } = at(now, keys)
            expect(at(now - 1, keys).published, 'was published before').to.include(signs)
            signed.set(signs, now)
            const live = keys.filter(
              ({ ordinal, retiredAt }) => retiredAt === undefined && now - (signed.get(ordinal) ?? -Infinity) < TTL / SECOND,
            )
            expect(published, 'verifies still').to.include.members(live.map(({ ordinal }) => ordinal))
          }
          const { published } = at(now, keys)
          const chosen = published[pick % published.length]
          if (does === 'rotate') {
            const made = { createdAt: after(now * SECOND), signsFrom: after((now + (delay[index] ?? 2)) * SECOND), retiredAt: undefined }
            keys = [...keys, aKey({ ordinal: keys.length + 1, ...made })]
          }
          if (does === 'retire' && published.length > 1)
            keys = keys.map((key) => (key.ordinal === chosen ? { ...key, retiredAt: after(now * SECOND) } : key))
          now++
        }
      }),
      { numRuns: 300, seed: 5 },
    )
  })
})
