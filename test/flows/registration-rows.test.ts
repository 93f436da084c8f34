import { expect } from 'chai'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { UserId } from '../../domain/ids.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, redeem, refresh } from '../support/visitor.js'
import { JumpingClock } from './second-factor-people.js'

const OPERATOR = { requestId: 'test', address: 'cli' }
/** A running server sees a change within one second. */
const SEEN_MS = 1_000

onEachStore('what is registered, and what is kept of it', (store) => {
  const clock = new JumpingClock()
  let server: TestServer
  before(async () => {
    server = await store.start({}, undefined, clock)
  })
  after(() => server.stop())

  it('CAUTH-022 RFC 6749 §10.10: a secret made by the server has 256 random bits', async () => {
    const secrets = await Promise.all(Array.from({ length: 50 }, async () => (await server.client()).secret ?? ''))
    for (const secret of secrets) expect(secret).to.match(/^pc_cs_[A-Za-z0-9_-]{43}$/)
    expect(new Set(secrets).size).to.equal(50)
    for (let place = 6; place < 48; place++)
      expect(new Set(secrets.map((secret) => secret[place])).size, `place ${place.toString()}`).to.be.greaterThan(8)
  })

  it('REFR-011 CC-003 RFC 6749 §5.2: a grant that is not the client’s is unauthorized_client', async () => {
    const client = await server.client({ grants: ['authorization_code'] })
    const { status, body } = await redeem(server.issuer, client, await freshCode(server.issuer, client))
    expect(status).to.equal(200)
    expect(body).to.not.have.property('refresh_token')
    for (const form of [{ grant_type: 'refresh_token', refresh_token: 'any' }, { grant_type: 'client_credentials' }]) {
      const refused = await askToken(server.issuer, client, form)
      expect([refused.status, refused.body['error']]).to.deep.equal([400, 'unauthorized_client'])
      expect(refused.headers.get('cache-control')).to.equal('no-store')
    }
  })

  it('REFR-011: a client that loses the grant loses the refresh', async () => {
    const client = await server.client()
    const { body } = await redeem(server.issuer, client, await freshCode(server.issuer, client))
    await server.administering.updateClient(client.client.id, { grants: ['authorization_code'] }, OPERATOR)
    clock.pass(SEEN_MS)
    const refused = await refresh(server.issuer, client, body['refresh_token'])
    expect([refused.status, refused.body['error']]).to.deep.equal([400, 'unauthorized_client'])
  })

  it('CC-006 RFC 9700 §4.15, RFC 9068 §5: no client has the id of a person, and no person that of a client', async () => {
    const { administering, storage } = server
    const alice = await administering.user('alice')
    const refusal: unknown = await server.client({ id: alice.id }).catch((error: unknown) => error)
    expect(String(refusal)).to.include('is the id of a person')
    const client = await server.client({ id: 'machine' })
    await administering.createUser({ username: 'machine', password: 'a long enough one' }, OPERATOR)
    expect((await administering.user('machine')).id).to.not.equal('machine')
    expect(await storage.users.find('machine' as UserId)).to.equal(undefined)
    expect((await askToken(server.issuer, client, { grant_type: 'client_credentials' })).status).to.equal(200)
  })

  it('OPS-004: passwords are Argon2id with a salt of their own and the cost that OWASP asks for', async () => {
    const hashes = (await server.storage.users.list()).map(({ passwordHash }) => passwordHash)
    for (const hash of hashes) {
      const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$/.exec(hash) ?? []
      expect(Number(memory)).to.be.at.least(19_456)
      expect(Number(time)).to.be.at.least(2)
    }
    expect(new Set(hashes.map((hash) => hash.split('$')[4])).size).to.equal(hashes.length)
  })

  it('OPS-005 RFC 9700 §2.6: private keys lie sealed', async () => {
    await askToken(server.issuer, await server.client(), { grant_type: 'client_credentials' })
    const [key] = await server.storage.keys.list()
    const sealed = Buffer.from(key?.sealedPrivateKey ?? '', 'base64url')
    expect(sealed.length).to.be.greaterThan(100)
    expect(sealed.includes(Buffer.from('06082a8648ce3d030107', 'hex')), 'the name of the curve in PKCS #8').to.equal(false)
  })

  if (store.name === 'sqlite')
    it('OPS-005 RFC 9700 §2.6: they lie in a file for its owner alone', async () => {
      expect((await stat(join(server.folder, 'portcullis.db'))).mode & 0o777).to.equal(0o600)
    })
})
