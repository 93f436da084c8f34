import { expect } from 'chai'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose'
import type { Clock } from '../../ports/clock.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { NodeTokenSigner } from '../../adapters/system/signer.js'
import { KeyAdministration } from '../../domain/key-administration.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, introspect, redeem, refresh } from '../support/visitor.js'

const OPERATOR = { requestId: 'test', address: 'cli' }
const MINUTE = 60_000

/** A clock that stands where it is put. */
class Watch implements Clock {
  at = new Date('2031-02-03T04:05:06Z')
  now = (): Date => new Date(this.at)
  pass(ms: number): void {
    this.at = new Date(this.at.getTime() + ms)
  }
}

onEachStore('signing keys of a running server', (store) => {
  const watch = new Watch()
  let server: TestServer
  let client: ClientWithSecret
  let keys: KeyAdministration
  before(async () => {
    server = await store.start({}, undefined, watch)
    client = await server.client()
    const { keys: repository, users } = server.storage
    const [signer, secrets, audit] = [new NodeTokenSigner(), new SystemSecrets(server.config.secrets), { record: () => undefined }]
    keys = new KeyAdministration({ keys: repository, users, signer, secrets, clock: watch, audit }, server.config.accessTokenTtlMs)
  })
  after(() => server.stop())

  const jwks = async (): Promise<JSONWebKeySet> => (await (await fetch(`${server.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
  const kids = async () => (await jwks()).keys.map(({ kid }) => kid)
  const token = async () => String((await askToken(server.issuer, client, { grant_type: 'client_credentials' })).body['access_token'])
  const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid
  const isActive = async (jwt: string) => (await introspect(server.issuer, client, jwt)).body['active']
  const verifies = async (jwt: string) =>
    jwtVerify(jwt, createLocalJWKSet(await jwks()), { issuer: server.issuer, currentDate: watch.now() }).then(
      () => true,
      () => false,
    )

  it('JWKS-001 JWKS-003 RFC 7517 §4: every key is one of ES256 with all that belongs to it, once', async () => {
    await keys.rotateKey(2_000, OPERATOR)
    watch.pass(1_100)
    const published = (await jwks()).keys
    expect(published).to.have.lengthOf(2)
    expect(new Set(published.map(({ kid }) => kid)).size).to.equal(2)
    for (const key of published) {
      expect(key).to.include({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' })
      for (const coordinate of [key.x, key.y]) expect(coordinate).to.match(/^[A-Za-z0-9_-]{43}$/)
      expect(key).to.not.have.any.keys('d', 'n', 'e')
    }
  })

  it('JWKS-004 AT-001 RFC 9068 §2.1, §4: the header of a token names exactly one of them', async () => {
    const jwt = await token()
    const { typ, alg, kid } = decodeProtectedHeader(jwt)
    expect([typ, alg]).to.deep.equal(['at+jwt', 'ES256'])
    expect((await kids()).filter((known) => known === kid)).to.have.lengthOf(1)
    expect((await jwks()).keys.find((key) => key.kid === kid)?.alg).to.equal(alg)
    expect(await verifies(jwt)).to.equal(true)
  })

  it('JWKS-005 RFC 9068 §4: a new key is published before it signs, the old one until its last token has expired', async () => {
    watch.pass(60 * MINUTE)
    const before = await token()
    const rotated = await keys.rotateKey(2_000, OPERATOR)
    watch.pass(1_100)
    expect(await kids())
      .to.include(rotated.kid)
      .and.include(kidOf(before))
    expect(kidOf(await token()), 'published, not signing yet').to.equal(kidOf(before))
    watch.pass(1_000)
    const after = await token()
    expect(kidOf(after)).to.equal(rotated.kid)
    for (const jwt of [before, after]) expect([await verifies(jwt), await isActive(jwt)]).to.deep.equal([true, true])
    watch.pass(10 * MINUTE - 5_000)
    expect(await verifies(before), 'a moment before it expires').to.equal(true)
    expect(await isActive(before)).to.equal(true)
    watch.pass(5_000)
    expect([await verifies(before), await isActive(before)]).to.deep.equal([false, false])
    watch.pass(3 * MINUTE)
    expect(await kids()).to.deep.equal([rotated.kid])
  })

  it('a rotation while another one is pending is accepted, and the newest signs in the end', async () => {
    const [first, second] = [await keys.rotateKey(5_000, OPERATOR), await keys.rotateKey(2_000, OPERATOR)]
    watch.pass(2_100)
    expect(kidOf(await token())).to.equal(second.kid)
    watch.pass(5_000)
    expect(kidOf(await token())).to.equal(second.kid)
    expect(await kids()).to.include(first.kid)
    expect((await keys.listKeys()).find(({ state }) => state === 'active')?.key.kid).to.equal(second.kid)
  })

  it('a withdrawn key is worth nothing at once, and the newest other one signs, its time come or not', async () => {
    watch.pass(60 * MINUTE)
    const jwt = await token()
    const next = await keys.rotateKey(60 * MINUTE, OPERATOR)
    await keys.retireKey(String(kidOf(jwt)), OPERATOR)
    watch.pass(1_100)
    expect(await kids()).to.deep.equal([next.kid])
    expect([await verifies(jwt), await isActive(jwt)]).to.deep.equal([false, false])
    expect(kidOf(await token())).to.equal(next.kid)
    const refusal: unknown = await keys.retireKey(next.kid, OPERATOR).catch((error: unknown) => error)
    expect(String(refusal)).to.include('is the last one: rotate first')
    expect(await kids()).to.deep.equal([next.kid])
  })

  it('tokens of people go on over a rotation', async () => {
    const { body } = await redeem(server.issuer, client, await freshCode(server.issuer, client))
    await keys.rotateKey(2_000, OPERATOR)
    watch.pass(3_000)
    const again = await refresh(server.issuer, client, body['refresh_token'])
    expect(again.status).to.equal(200)
    expect(await isActive(String(body['access_token']))).to.equal(true)
    expect(await isActive(String(again.body['access_token']))).to.equal(true)
  })

  it('withdrawals and rotations in parallel leave keys of different ordinals, and one that signs', async () => {
    await Promise.all(Array.from({ length: 10 }, () => keys.rotateKey(2_000, OPERATOR)))
    const all = await server.storage.keys.list()
    expect(new Set(all.map(({ ordinal }) => ordinal)).size).to.equal(all.length)
    await Promise.allSettled(all.map(({ kid }) => keys.retireKey(kid, OPERATOR)))
    watch.pass(3_000)
    expect(await verifies(await token())).to.equal(true)
    expect((await kids()).length).to.be.at.least(1)
  })
})

onEachStore('a rotation of SECRETS', (store) => {
  const [old, fresh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const settings = (...secrets: Buffer[]) => ({ SECRETS: secrets.map((secret) => secret.toString('base64url')).join(',') })

  let first: TestServer
  before(async () => {
    first = await store.start(settings(old))
  })
  after(() => first.stop())

  it('in front, resealed, and the last dropped: nobody loses a session, a code, a token or a key', async () => {
    const client = await first.client()
    const before = await redeem(first.issuer, client, await freshCode(first.issuer, client))
    const { storage } = first
    const [key] = await storage.keys.list()
    const sealed = new SystemSecrets([old]).seal('totp', Buffer.from('a shared secret'))
    const alice = await first.administering.user('alice')
    await storage.users.change(alice.id, { secondFactor: { sealedSecret: sealed, enrolledAt: new Date(), lastStep: 0, recoveryCodes: [] } })
    const both = new SystemSecrets([fresh, old])
    const parts = {
      keys: storage.keys,
      users: storage.users,
      signer: new NodeTokenSigner(),
      secrets: both,
      clock: { now: () => new Date() },
    }
    const keeping = new KeyAdministration({ ...parts, audit: { record: () => undefined } }, first.config.accessTokenTtlMs)
    expect(both.isCurrent('signing-key', key!.sealedPrivateKey)).to.equal(false)
    expect(await keeping.resealSecrets(OPERATOR)).to.deep.equal({ keys: 1, secondFactors: 1 })
    expect(await keeping.resealSecrets(OPERATOR)).to.deep.equal({ keys: 0, secondFactors: 0 })
    const only = new SystemSecrets([fresh])
    const resealed = (await storage.users.find(alice.id))?.secondFactor?.sealedSecret ?? ''
    expect(Buffer.from(only.unseal('totp', resealed) ?? []).toString()).to.equal('a shared secret')
    const [again] = await storage.keys.list()
    expect(only.unseal('signing-key', again!.sealedPrivateKey)).to.deep.equal(
      new SystemSecrets([old]).unseal('signing-key', key!.sealedPrivateKey),
    )
    expect((await introspect(first.issuer, client, before.body['access_token'])).body['active']).to.equal(true)
    expect((await refresh(first.issuer, client, before.body['refresh_token'])).status).to.equal(200)
  })
})
