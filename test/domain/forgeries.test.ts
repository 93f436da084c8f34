import { expect } from 'chai'
import fc from 'fast-check'
import { GrantEngine } from '../../adapters/oauth2/engine.js'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { NodeTokenSigner } from '../../adapters/system/signer.js'
import { Catalogue } from '../../domain/catalogue.js'
import { codeOf } from '../../domain/computed-credentials.js'
import { OAuthError } from '../../domain/errors.js'
import { KeyRing } from '../../domain/key-ring.js'
import { TokenInspector } from '../../domain/token-inspector.js'
import { TokenIssuer } from '../../domain/token-issuer.js'
import { TokenRevoker } from '../../domain/token-revoker.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { aClient, anApprovedGrant, anAttempt, aUser, DAY, NOW } from '../support/builders.js'
import { counting } from '../support/counting.js'
import { everyBitFlipped, mutated } from '../support/mutations.js'
import { pkce } from '../support/visitor.js'

const ISSUER = 'https://as.test'
const source = { requestId: 'r', address: '192.0.2.1' }

/** What answers the back channels, on this storage. */
function servicesOn({ clients, grants, users, scopes, resources, keys, deniedTokens }: Storage) {
  const [clock, secrets, audit] = [{ now: () => NOW }, new SystemSecrets([Buffer.alloc(32, 9)]), { record: () => undefined }]
  const keyRing = new KeyRing({ keys, signer: new NodeTokenSigner(), secrets, clock }, 600_000)
  const catalogue = new Catalogue(clients, scopes, resources, clock)
  const lifetimes = { accessTokenTtlMs: 600_000, refreshIdleTtlMs: DAY, refreshMaxTtlMs: DAY, refreshGraceMs: 30_000 }
  const settings = { issuer: ISSUER, defaultResource: ISSUER, ...lifetimes }
  const issuing = new TokenIssuer({ grants, users, catalogue, keyRing, secrets, clock, audit }, settings)
  return {
    secrets,
    engine: new GrantEngine(issuing, undefined as never, ISSUER),
    revoker: new TokenRevoker({ grants, deniedTokens, keyRing, secrets, clock, audit }),
    inspector: new TokenInspector({ grants, users, deniedTokens, catalogue, keyRing, secrets, clock, audit }, settings),
  }
}

/** One client and one person; whatever the store is asked is written down. */
async function aHouse() {
  const calls: string[] = []
  const storage = counting(openMemoryStorage(), calls)
  const { secrets, engine, revoker, inspector } = servicesOn(storage)
  const client = aClient({ scopes: ['read'], resources: [], disabledAt: undefined })
  const user = aUser({ disabledAt: undefined })
  await storage.clients.add(client)
  await storage.users.add(user)
  await storage.scopes.add({ name: 'read', description: 'Read' })
  const exchange = (form: Readonly<Record<string, string>>) =>
    engine.exchange(new Map(Object.entries(form)), { client, attempt: anAttempt(), source, resources: [] })
  return {
    calls,
    revoke: (token: string) => revoker.revoke({ client, token, source }),
    inspect: (token: string) => inspector.inspect({ caller: client, token, source }),
    redeem: (code: string, verifier: string) => exchange({ grant_type: 'authorization_code', code, code_verifier: verifier }),
    refresh: (token: string) => exchange({ grant_type: 'refresh_token', refresh_token: token }),
    /** A code that nobody has redeemed. */
    approve: async () => {
      const { verifier, challenge } = pkce()
      const { id: clientId, registration: clientRegistration } = client
      const { id: userId, grantEpoch, withdrawalEpoch } = user
      const grant = anApprovedGrant({ clientId, clientRegistration, userId, grantEpoch, withdrawalEpoch, scopes: ['read'], resources: [] })
      await storage.grants.save({ ...grant, code: { ...grant.code, challenge } })
      return { code: codeOf(grant.id, secrets), verifier }
    },
  }
}

describe('forged credentials', function () {
  this.timeout(120_000)
  let house: Awaited<ReturnType<typeof aHouse>>
  let codes: readonly { readonly code: string; readonly verifier: string }[]
  let refreshTokens: readonly string[]
  let accessTokens: readonly string[]
  before(async () => {
    house = await aHouse()
    codes = [await house.approve(), await house.approve()]
    const given = []
    for (const { code, verifier } of [await house.approve(), await house.approve()]) given.push(await house.redeem(code, verifier))
    refreshTokens = given.map(({ refresh_token }) => refresh_token ?? '')
    accessTokens = given.map(({ access_token }) => access_token)
  })

  /** Nothing of it may reach the store. */
  async function unasked<T>(work: () => Promise<T>): Promise<T> {
    house.calls.length = 0
    const outcome = await work()
    expect(house.calls).to.deep.equal([])
    return outcome
  }
  const refused = async (work: () => Promise<unknown>): Promise<void> => {
    const refusal = await unasked(() => failure(work))
    expect(refusal).to.be.instanceOf(OAuthError).with.property('code', 'invalid_grant')
  }
  const [first, other] = [0, 1]
  const kinds: readonly (readonly [string, () => readonly string[], (token: string) => Promise<void>])[] = [
    [
      'a code at the token endpoint is invalid_grant',
      () => codes.map(({ code }) => code),
      (code) => refused(() => house.redeem(code, codes[first]!.verifier)),
    ],
    ['a refresh token at the token endpoint is invalid_grant', () => refreshTokens, (token) => refused(() => house.refresh(token))],
    ['a refresh token is revoked by nobody', () => refreshTokens, (token) => unasked(() => house.revoke(token))],
    ['an access token is revoked by nobody', () => accessTokens, (token) => unasked(() => house.revoke(token))],
    [
      'a refresh token is not active',
      () => refreshTokens,
      async (token) => void expect(await unasked(() => house.inspect(token))).to.deep.equal({ active: false }),
    ],
    [
      'an access token is not active',
      () => accessTokens,
      async (token) => void expect(await unasked(() => house.inspect(token))).to.deep.equal({ active: false }),
    ],
  ]
  for (const [what, genuine, isRefused] of kinds) {
    it(`RFC 6749 §10.3, §10.4: any mutation of ${what}, and the store is not asked`, async () => {
      await fc.assert(fc.asyncProperty(mutated(genuine()), isRefused), { numRuns: 2_000 })
    })

    it(`RFC 6749 §10.3, §10.4: any single bit flipped in ${what}, and the store is not asked`, async () => {
      for (const forged of everyBitFlipped(genuine()[first]!)) await isRefused(forged)
    })
  }

  it('RFC 6749 §5.2: one genuine credential in the place of another is refused, and the store is not asked', async () => {
    const [{ code, verifier }] = [codes[first]!]
    for (const wrong of [refreshTokens[first]!, accessTokens[first]!]) await refused(() => house.redeem(wrong, verifier))
    for (const wrong of [code, accessTokens[first]!]) await refused(() => house.refresh(wrong))
    await unasked(() => house.revoke(code))
    expect(await unasked(() => house.inspect(code))).to.deep.equal({ active: false })
  })

  it('the genuine ones go on working after all that', async () => {
    house.calls.length = 0
    for (const { code, verifier } of codes) expect((await house.redeem(code, verifier)).scope).to.equal('read')
    expect(house.calls, 'what is asked is counted').to.include('grants.redeem')
    expect(await house.inspect(accessTokens[other]!)).to.include({ active: true })
    expect((await house.refresh(refreshTokens[other]!)).refresh_token).to.be.a('string')
  })
})
