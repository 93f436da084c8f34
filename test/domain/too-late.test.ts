import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { NodeTokenSigner } from '../../adapters/system/signer.js'
import { Catalogue } from '../../domain/catalogue.js'
import type { OAuthError } from '../../domain/errors.js'
import { KeyRing } from '../../domain/key-ring.js'
import { TokenIssuer } from '../../domain/token-issuer.js'
import { failure } from '../contracts/opened.js'
import { aClient, anApprovedGrant, anAttempt, aUser, DAY, NOW } from '../support/builders.js'

describe('a redemption whose client was told that it came too late', () => {
  async function aHouse() {
    const storage = openMemoryStorage()
    const [clock, secrets, audit] = [{ now: () => NOW }, new SystemSecrets([Buffer.alloc(32, 9)]), { record: () => undefined }]
    const client = aClient({ scopes: ['read'], disabledAt: undefined })
    const user = aUser({ disabledAt: undefined })
    const { id: clientId, registration: clientRegistration } = client
    const { id: userId, grantEpoch, withdrawalEpoch } = user
    const owner = { clientId, clientRegistration, userId, grantEpoch, withdrawalEpoch }
    const grant = anApprovedGrant({ ...owner, scopes: ['read'], resources: [] })
    await storage.scopes.add({ name: 'read', description: 'Read' })
    await storage.grants.save(grant)
    const keyRing = new KeyRing({ keys: storage.keys, signer: new NodeTokenSigner(), secrets, clock }, 600_000)
    const catalogue = new Catalogue(storage.clients, storage.scopes, storage.resources, clock)
    const lifetimes = { accessTokenTtlMs: 600_000, refreshIdleTtlMs: DAY, refreshMaxTtlMs: DAY, refreshGraceMs: 30_000 }
    const issuer = new TokenIssuer(
      { grants: storage.grants, users: storage.users, catalogue, keyRing, secrets, clock, audit },
      { issuer: 'https://as.test', defaultResource: 'https://as.test', ...lifetimes },
    )
    const redeem = (isOver: () => boolean) => {
      const source = { requestId: 'r', address: '192.0.2.1' }
      return issuer.redeem({ grant, user }, { client, attempt: anAttempt(), source, resources: [], isOver })
    }
    return { storage, grant, redeem }
  }

  it('spends nothing', async () => {
    const { storage, grant, redeem } = await aHouse()
    const refusal = await failure(() => redeem(() => true))
    expect((refusal as OAuthError).code).to.equal('temporarily_unavailable')
    expect(await storage.grants.find(grant.id)).to.deep.equal(grant)
  })

  it('does not end the grant when it then loses against the second try', async () => {
    const { storage, grant, redeem } = await aHouse()
    await redeem(() => false)
    let asked = 0
    const refusal = await failure(() => redeem(() => asked++ > 0))
    expect((refusal as OAuthError).code).to.equal('temporarily_unavailable')
    expect((await storage.grants.find(grant.id))?.endedAt).to.equal(undefined)
    await failure(() => redeem(() => false))
    expect((await storage.grants.find(grant.id))?.endedBy, 'any other is a replay').to.equal('replayed')
  })
})
