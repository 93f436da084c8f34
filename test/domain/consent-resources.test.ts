import { expect } from 'chai'
import { covers } from '../../domain/consent.js'
import { aClient, aConsent } from '../support/builders.js'

const [A, B] = ['https://a.test/', 'https://b.test/']

describe('a remembered approval', () => {
  const client = aClient()
  const of = (scopes: readonly string[], resources: readonly string[]) =>
    aConsent({ clientId: client.id, clientRegistration: client.registration, scopes, resources })

  it('at a resource is none where no resource is named, nor the other way round', () => {
    expect(covers(of(['read'], [A]), client, ['read'], [])).to.equal(false)
    expect(covers(of(['read'], []), client, ['read'], [A])).to.equal(false)
    expect(covers(of(['read'], [A]), client, ['read'], [A])).to.equal(true)
    expect(covers(of(['read'], []), client, ['read'], [])).to.equal(true)
  })

  it('of read at one resource and write at another is none of write at the first', () => {
    const both = of(['read', 'write'], [A, B])
    for (const resource of [A, B]) expect(covers(both, client, ['write'], [resource])).to.equal(false)
  })
})
