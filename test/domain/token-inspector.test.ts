import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { NodeTokenSigner } from '../../adapters/system/signer.js'
import type { AuditEvent } from '../../domain/audit.js'
import { Catalogue } from '../../domain/catalogue.js'
import { refreshTokenOf } from '../../domain/computed-credentials.js'
import { StoreUnavailable } from '../../domain/errors.js'
import { makeKey } from '../../domain/key-maker.js'
import { KeyRing } from '../../domain/key-ring.js'
import { TokenInspector } from '../../domain/token-inspector.js'
import { TokenMint } from '../../domain/token-mint.js'
import { failure } from '../contracts/opened.js'
import { aClient, after, aGrant, anActiveGrant, aScope, aUser, MINUTE, NOW } from '../support/builders.js'

const SOURCE = { requestId: 'test', address: '192.0.2.1' }

describe('inspecting tokens', () => {
  const secrets = new SystemSecrets([Buffer.alloc(32, 7)])
  const client = aClient({ disabledAt: undefined, scopes: ['forecast:read', 'alarm:write'], resources: [] })
  const user = aUser({ disabledAt: undefined, grantEpoch: 5, withdrawalEpoch: 6 })
  const own = {
    clientId: client.id,
    clientRegistration: client.registration,
    userId: user.id,
    resources: [],
    grantEpoch: 5,
    withdrawalEpoch: 6,
  }
  let events: AuditEvent[]
  let inspector: TokenInspector
  let storage: ReturnType<typeof openMemoryStorage>
  let now: Date
  const clock = { now: () => now }
  const ringOf = () => ({ keys: storage.keys, signer: new NodeTokenSigner(), secrets, clock })
  beforeEach(async () => {
    storage = openMemoryStorage()
    ;[events, now] = [[], NOW]
    await storage.clients.add(client)
    await storage.users.add(user)
    for (const name of client.scopes) await storage.scopes.add(aScope({ name }))
    const { grants, users, deniedTokens } = storage
    const catalogue = new Catalogue(storage.clients, storage.scopes, storage.resources, clock)
    const keyRing = new KeyRing(ringOf(), 600_000)
    const audit = { record: (event: AuditEvent) => void events.push(event) }
    const parts = { grants, users, deniedTokens, catalogue, keyRing, secrets, clock, audit }
    inspector = new TokenInspector(parts, { issuer: 'https://as.test', defaultResource: 'https://as.test', refreshGraceMs: 30_000 })
  })

  const look = (token: string) => inspector.inspect({ caller: client, token, source: SOURCE })

  it('INT-012 RFC 7662 §4: guessing gets one constant answer, and each guess a line in the log', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => look(`guess ${index.toString()} ${secrets.random(16)}`)))
    for (const answer of answers) expect(answer).to.deep.equal({ active: false })
    expect(events).to.have.lengthOf(100)
    for (const event of events) expect(event).to.deep.equal({ event: 'introspection', outcome: 'refused', client_id: client.id })
  })

  it('CONC-019 RFC 7662 §2.2: a token of a key that is not known while the keys cannot be read is not called inactive', async () => {
    const mint = new TokenMint(secrets, { issuer: 'https://as.test', accessTokenTtlMs: 10 * MINUTE })
    const token = async () => {
      const key = await new KeyRing(ringOf(), 600_000).signingKey()
      return (await mint.forClient(client, { scopes: ['forecast:read'], audience: ['https://as.test'] }, key, NOW)).accessToken
    }
    const known = await token()
    expect(await look(known)).to.include({ active: true })
    await makeKey(ringOf(), 0)
    const unknown = await token()
    now = after(2_000)
    const { keys } = storage
    const list = keys.list.bind(keys)
    keys.list = () => Promise.reject(new StoreUnavailable('switched off'))
    expect(await failure(() => look(unknown))).to.be.instanceOf(StoreUnavailable)
    expect(await look(known), 'what can still be read is still served').to.include({ active: true })
    for (const garbage of ['garbage', `${unknown}x`, unknown.slice(0, -1)]) expect(await look(garbage)).to.deep.equal({ active: false })
    keys.list = list
    expect(await look(unknown)).to.include({ active: true })
  })

  it('CONC-019 RFC 7662 §2.2: one of a key that is known to be withdrawn stays inactive meanwhile', async () => {
    const mint = new TokenMint(secrets, { issuer: 'https://as.test', accessTokenTtlMs: 10 * MINUTE })
    const key = await makeKey(ringOf(), 0)
    const opened = await new KeyRing(ringOf(), 600_000).signingKey()
    const token = await mint.forClient(client, { scopes: ['forecast:read'], audience: ['https://as.test'] }, opened, NOW)
    await makeKey(ringOf(), 0)
    await storage.keys.retire(key.kid, NOW)
    expect(await look(token.accessToken)).to.deep.equal({ active: false })
    now = after(2_000)
    storage.keys.list = () => Promise.reject(new StoreUnavailable('switched off'))
    expect(await look(token.accessToken)).to.deep.equal({ active: false })
  })

  it('a refresh token is active while it is the newest, or rotated out inside the grace, and looking ends nothing', async () => {
    const grant = anActiveGrant({
      ...own,
      refresh: { ...anActiveGrant().refresh!, rotatedAt: NOW, rotatedBefore: new Date(NOW.getTime() - 31_000) },
    })
    await storage.grants.save(grant)
    const { generation } = grant.refresh!
    const isActive = async (of: number) => (await look(refreshTokenOf(grant.id, of, secrets))).active
    expect([await isActive(generation), await isActive(generation - 1)]).to.deep.equal([true, true])
    expect([await isActive(generation - 2), await isActive(generation + 1)]).to.deep.equal([false, false])
    expect((await storage.grants.find(grant.id))?.endedAt).to.equal(undefined)
  })

  it('one of an ended grant, of another epoch or of another registration is not', async () => {
    for (const grant of [aGrant(own), anActiveGrant({ ...own, grantEpoch: 4 }), anActiveGrant({ ...own, clientRegistration: 'another' })]) {
      await storage.grants.save(grant)
      expect(await look(refreshTokenOf(grant.id, grant.refresh!.generation, secrets))).to.deep.equal({ active: false })
    }
  })
})
