import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { NodeTokenSigner } from '../../adapters/system/signer.js'
import type { AuditEvent } from '../../domain/audit.js'
import { refreshTokenOf } from '../../domain/computed-credentials.js'
import { StoreUnavailable, type OAuthError } from '../../domain/errors.js'
import { CLOCK_LEEWAY_MS } from '../../domain/grant.js'
import { makeKey } from '../../domain/key-maker.js'
import { KeyRing } from '../../domain/key-ring.js'
import { TokenMint } from '../../domain/token-mint.js'
import { TokenRevoker } from '../../domain/token-revoker.js'
import type { Client } from '../../domain/client.js'
import { failure } from '../contracts/opened.js'
import { aClient, after, anActiveGrant, MINUTE, NOW } from '../support/builders.js'
import { counting } from '../support/counting.js'

const SOURCE = { requestId: 'r', address: '192.0.2.1' }
const LIFETIME_MS = 10 * MINUTE

describe('revoking tokens', () => {
  const secrets = new SystemSecrets([Buffer.alloc(32, 7)])
  const mint = new TokenMint(secrets, { issuer: 'https://as.test', accessTokenTtlMs: LIFETIME_MS })
  const worth = { scopes: ['read'], audience: ['https://as.test'] }
  const client = aClient({ disabledAt: undefined })
  const grant = anActiveGrant({ clientId: client.id, clientRegistration: client.registration })
  const refreshToken = refreshTokenOf(grant.id, grant.refresh!.generation, secrets)
  let now: Date
  let calls: string[]
  let events: AuditEvent[]
  let storage: ReturnType<typeof openMemoryStorage>
  let keyRing: KeyRing
  let revoker: TokenRevoker
  const clock = { now: () => now }
  const ringParts = () => ({ keys: storage.keys, signer: new NodeTokenSigner(), secrets, clock })
  beforeEach(async () => {
    ;[now, calls, events, storage] = [NOW, [], [], openMemoryStorage()]
    await storage.grants.save(grant)
    // Longer than any test, so that the key of an expired token is still published.
    keyRing = new KeyRing(ringParts(), 60 * MINUTE)
    await keyRing.jwks()
    const { grants, deniedTokens } = counting(storage, calls)
    const audit = { record: (event: AuditEvent) => void events.push(event) }
    revoker = new TokenRevoker({ grants, deniedTokens, keyRing, secrets, clock, audit })
  })

  const accessToken = async () => (await mint.forGrant(grant, worth, await keyRing.signingKey(), NOW)).accessToken
  const ownToken = async () => (await mint.forClient(client, worth, await keyRing.signingKey(), NOW)).accessToken
  const revoke = (token: string, by: Client = client, isOver?: () => boolean) =>
    revoker.revoke({ client: by, token, source: SOURCE, ...(isOver && { isOver }) })
  const refusal = async (work: () => Promise<void>) => ((await failure(work)) as OAuthError | undefined)?.code

  it('OAuth2.1 §7.9: each revocation is one event with its client, its person and its grant', async () => {
    for (const token of [await accessToken(), await ownToken(), refreshToken]) await revoke(token)
    const event = { event: 'revocation', outcome: 'ok', client_id: client.id }
    const person = { user_id: grant.userId }
    expect(events).to.deep.equal([{ ...event, ...person }, event, { ...event, ...person, grant_id: grant.id }])
    expect((await storage.grants.find(grant.id))?.endedBy).to.equal('revoked')
  })

  it('what is revoked a second time, or is no token, is no event', async () => {
    await revoke(refreshToken)
    await revoke(refreshToken)
    await revoke('garbage')
    expect(events).to.have.lengthOf(1)
  })

  it('RFC 7009 §2.1: another client, or another one under the same id, is invalid_grant and changes nothing', async () => {
    const other = aClient({ disabledAt: undefined })
    for (const token of [await accessToken(), await ownToken(), refreshToken])
      expect(await refusal(() => revoke(token, other))).to.equal('invalid_grant')
    expect(await refusal(() => revoke(refreshToken, aClient({ id: client.id, disabledAt: undefined })))).to.equal('invalid_grant')
    expect(calls).to.not.include.any.members(['grants.end', 'deniedTokens.deny'])
    expect(events).to.deep.equal([])
  })

  it('RFC 7009 §2.2.1: nothing is done for who was told that it took too long', async () => {
    for (const token of [await accessToken(), refreshToken])
      expect(await refusal(() => revoke(token, client, () => true))).to.equal('temporarily_unavailable')
    expect(calls).to.deep.equal(['grants.find'])
  })

  it('CONC-018 RFC 7009 §2.2.1: a token of a key that is not known while the keys cannot be read is not called revoked', async () => {
    await makeKey(ringParts(), 0)
    const other = new KeyRing(ringParts(), 60 * MINUTE)
    const { accessToken } = await mint.forClient(client, worth, await other.signingKey(), NOW)
    now = after(2_000)
    const { keys } = storage
    const list = keys.list.bind(keys)
    keys.list = () => Promise.reject(new StoreUnavailable('switched off'))
    expect(await failure(() => revoke(accessToken))).to.be.instanceOf(StoreUnavailable)
    await revoke('garbage')
    expect([calls, events]).to.deep.equal([[], []])
    keys.list = list
    await revoke(accessToken)
    expect(calls).to.deep.equal(['deniedTokens.deny'])
  })

  it('an access token is denied as long as a server whose clock is behind may take it, and not after', async () => {
    const token = await accessToken()
    now = after(LIFETIME_MS + CLOCK_LEEWAY_MS - 1000)
    await revoke(token)
    expect(calls).to.deep.equal(['deniedTokens.deny'])
    now = after(LIFETIME_MS + CLOCK_LEEWAY_MS)
    await revoke(token)
    expect(calls).to.deep.equal(['deniedTokens.deny'])
  })
})
