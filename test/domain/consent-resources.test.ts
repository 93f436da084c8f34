import { expect } from 'chai'
import { approved, covers, permits, type Consent } from '../../domain/consent.js'
import { aClient, aUserId, NOW } from '../support/builders.js'

const [A, B, C] = ['https://a.test/', 'https://b.test/', 'https://c.test/']

type Allowed = readonly [scopes: readonly string[], resources: readonly string[]]

describe('a remembered approval', () => {
  const client = aClient()
  const whose = { userId: aUserId(), clientId: client.id, clientRegistration: client.registration, at: NOW }
  const of = (...approvals: readonly Allowed[]) =>
    approvals.reduce<Consent | undefined>((before, [scopes, resources]) => approved(before, { ...whose, scopes, resources }), undefined)

  it('at a resource is none where no resource is named, nor the other way round', () => {
    expect(covers(of([['read'], [A]]), client, ['read'], [])).to.equal(false)
    expect(covers(of([['read'], []]), client, ['read'], [A])).to.equal(false)
    expect(covers(of([['read'], [A]]), client, ['read'], [A])).to.equal(true)
    expect(covers(of([['read'], []]), client, ['read'], [])).to.equal(true)
  })

  it('of read at one resource and write at another is none of write at the first, nor of both at both', () => {
    const both = of([['read'], [A]], [['write'], [B]])
    expect(covers(both, client, ['write'], [A])).to.equal(false)
    expect(covers(both, client, ['read'], [B])).to.equal(false)
    expect(covers(both, client, ['read', 'write'], [A, B])).to.equal(false)
    expect(covers(both, client, ['read'], [A])).to.equal(true)
    expect(covers(both, client, ['write'], [B])).to.equal(true)
  })

  it('at two resources together is one at either, in any order; two that came one by one are none of a token for both', () => {
    const together = of([['read'], [B, A]])
    for (const resources of [[A], [B], [A, B], [B, A]]) expect(covers(together, client, ['read'], resources)).to.equal(true)
    expect(covers(together, client, ['read'], [A, C])).to.equal(false)
    expect(covers(of([['read'], [A]], [['read'], [B]]), client, ['read'], [A, B])).to.equal(false)
  })

  it('tells which scopes are new at the resources that are asked for', () => {
    const consent = of([['read'], [A]], [['read', 'write'], []])
    const known = (resources: readonly string[]) => ['read', 'write'].filter((scope) => permits(consent, client, scope, resources))
    expect([known([A]), known([]), known([B])]).to.deep.equal([['read'], ['read', 'write'], []])
  })
})
