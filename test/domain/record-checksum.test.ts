import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { canonicalJson, Checksum } from '../../domain/record-checksum.js'

const secrets = { digest: (value: string) => createHash('sha256').update(value).digest('base64url') }

function sum(...records: readonly object[]): string {
  const checksum = new Checksum(secrets)
  for (const record of records) checksum.add(record)
  return checksum.hex()
}

describe('the checksum of records', () => {
  const at = new Date('2031-02-03T04:05:06.789Z')

  it('is the same for fields in any order and for an absent field', () => {
    expect(canonicalJson({ b: [{ d: 1, c: '☂' }], a: at, e: undefined })).to.equal(canonicalJson({ a: at, b: [{ c: '☂', d: 1 }] }))
  })

  const near: readonly (readonly [object, object])[] = [
    [{ a: at }, { a: at.toISOString() }],
    [{ a: at }, { a: at.getTime() }],
    [{ a: at }, { a: new Date(at.getTime() + 1) }],
    [{ a: '1' }, { a: 1 }],
    [{ a: ['b', 'c'] }, { a: ['c', 'b'] }],
    [{ a: ['b', 'c'] }, { a: ['b,c'] }],
    [{ a: [] }, {}],
    [{ a: '' }, {}],
    [{ a: false }, {}],
  ]
  for (const [one, other] of near) {
    it(`tells ${JSON.stringify(one)} from ${canonicalJson(other)}`, () => {
      expect(sum(one)).to.not.equal(sum(other))
    })
  }

  it('is the same for records in any order; two equal ones do not cancel each other', () => {
    const [a, b, c] = [{ a: 1 }, { b: 2 }, { c: 3 }]
    expect(sum(a, b, c)).to.equal(sum(c, a, b))
    expect(sum(a, b, b)).to.not.equal(sum(a))
    expect(sum(a, b, b)).to.not.equal(sum(a, c, c))
  })

  it('is the SHA-256 of one record, and stays within 256 bits', () => {
    expect(sum({ a: 1 })).to.equal(createHash('sha256').update('{"a":1}').digest('hex'))
    const many = Array.from({ length: 100 }, (_, index) => ({ index }))
    expect(sum(...many)).to.match(/^[0-9a-f]{64}$/)
  })
})
