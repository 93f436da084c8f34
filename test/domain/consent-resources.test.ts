import { expect } from 'chai'
import { approved, covers, permission, permits, type Consent } from '../../domain/consent.js'
import { aClient, aUserId, NOW, anApproval } from '../support/builders.js'

const [A, B, C] = ['https://a.test/', 'https://b.test/', 'https://c.test/']

type Allowed = readonly [scopes: readonly string[], resources: readonly string[]]

describe('a remembered approval', () => {
  const client = aClient()
  const whose = { userId: aUserId(), clientId: client.id, clientRegistration: client.registration, at: NOW }
  const of = (...approvals: readonly Allowed[]) =>
    approvals.reduce<Consent | undefined>(
      (before, [scopes, resources]) => approved(before, anApproval({ ...whose, scopes, resources })),
      undefined,
    )

  const wanted = (scopes: readonly string[], resources: readonly string[]) => anApproval({ scopes, resources }).permissions

  it('at a resource is none where no resource is named, nor the other way round', () => {
    expect(covers(of([['read'], [A]]), client, wanted(['read'], []))).to.equal(false)
    expect(covers(of([['read'], []]), client, wanted(['read'], [A]))).to.equal(false)
    expect(covers(of([['read'], [A]]), client, wanted(['read'], [A]))).to.equal(true)
    expect(covers(of([['read'], []]), client, wanted(['read'], []))).to.equal(true)
  })

  it('of read at one resource and write at another is none of write at the first, nor of both at both', () => {
    const both = of([['read'], [A]], [['write'], [B]])
    expect(covers(both, client, wanted(['write'], [A]))).to.equal(false)
    expect(covers(both, client, wanted(['read'], [B]))).to.equal(false)
    expect(covers(both, client, wanted(['read', 'write'], [A, B]))).to.equal(false)
    expect(covers(both, client, wanted(['read'], [A]))).to.equal(true)
    expect(covers(both, client, wanted(['write'], [B]))).to.equal(true)
  })

  it('at two resources together is one at either, in any order; two that came one by one are none of a token for both', () => {
    const together = of([['read'], [B, A]])
    for (const resources of [[A], [B], [A, B], [B, A]]) expect(covers(together, client, wanted(['read'], resources))).to.equal(true)
    expect(covers(together, client, wanted(['read'], [A, C]))).to.equal(false)
    expect(covers(of([['read'], [A]], [['read'], [B]]), client, wanted(['read'], [A, B]))).to.equal(false)
  })

  it('tells which scopes are new at the resources that are asked for', () => {
    const consent = of([['read'], [A]], [['read', 'write'], []])
    const known = (resources: readonly string[]) =>
      ['read', 'write'].filter((scope) => permits(consent, client, permission(scope, resources)))
    expect([known([A]), known([]), known([B])]).to.deep.equal([['read'], ['read', 'write'], []])
  })

  it('is none of a scope at a resource where it made no sense then', () => {
    const permissions = [permission('read', [A], [A, B]), permission('write', [B], [A, B])]
    const consent = approved(undefined, anApproval({ ...whose, scopes: ['read', 'write'], resources: [A, B], permissions }))
    expect(covers(consent, client, wanted(['write'], [A]))).to.equal(false)
    expect(covers(consent, client, permissions)).to.equal(true)
  })

  it('of each scope at its resource is none of one token for both, which either could use at the other', () => {
    const consent = of([['read'], [A]], [['write'], [B]])
    const [read, write] = [permission('read', [A], [A, B]), permission('write', [B], [A, B])]
    expect(covers(consent, client, [permission('read', [A]), permission('write', [B])])).to.equal(true)
    expect(covers(consent, client, [read, write])).to.equal(false)
    const together = approved(consent, anApproval({ ...whose, scopes: ['read'], resources: [A, B], permissions: [read] }))
    expect(covers(together, client, [read])).to.equal(true)
    expect(covers(together, client, [write]), 'with another scope').to.equal(false)
  })

  it('is none of another registration, even in a record that an older server let change hands', () => {
    const later = { ...client, registration: 'later' }
    const consent = { ...of([['read'], [A]])!, clientRegistration: 'later' }
    expect(covers(consent, later, wanted(['read'], [A]))).to.equal(false)
  })
})
