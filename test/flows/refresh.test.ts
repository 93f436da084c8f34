import { expect } from 'chai'
import { seenByRunningServers } from '../support/seen.js'
import { slow } from '../support/slow.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { freshCode, redeem, refresh } from '../support/visitor.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'

async function firstRefreshToken(server: TestServer, client: ClientWithSecret): Promise<string> {
  const answer = await redeem(server.issuer, client, await freshCode(server.issuer, client, { parameters: { scope: 'read write' } }))
  return String(answer.body['refresh_token'])
}

onEachStore('refresh tokens', (store) => {
  let server: TestServer
  before(async () => {
    server = await store.start({}, (storage) => slow(storage))
  })
  after(() => server.stop())

  it('REFR-001 REFR-002 RFC 9700 §4.14.2: every refresh rotates', async () => {
    const client = await server.client()
    let token = await firstRefreshToken(server, client)
    for (let round = 0; round < 5; round++) {
      const answer = await refresh(server.issuer, client, token)
      expect(answer.status).to.equal(200)
      expect(answer.body['refresh_token']).to.be.a('string').and.not.equal(token)
      token = String(answer.body['refresh_token'])
    }
  })

  it(`REFR-015 RFC 9700 §4.14.2: ${store.contenders} parallel uses all get the same successor, one lineage`, async () => {
    const client = await server.client()
    const token = await firstRefreshToken(server, client)
    const answers = await Promise.all(Array.from({ length: store.contenders }, () => refresh(server.issuer, client, token)))
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]))
    expect(new Set(answers.map(({ body }) => body['refresh_token']))).to.have.property('size', 1)
    expect((await refresh(server.issuer, client, answers[0]?.body['refresh_token'])).status).to.equal(200)
  })

  it('REFR-015: a slow process is not logged out by a faster one of the same client', async () => {
    const client = await server.client()
    let fast = await firstRefreshToken(server, client)
    for (let round = 0; round < 10; round++) {
      const late = fast
      const [slowAnswer, fastAnswer] = await Promise.all([
        refresh(server.issuer, client, late),
        refresh(server.issuer, client, fast).then((first) => refresh(server.issuer, client, first.body['refresh_token'])),
      ])
      expect([slowAnswer.status, fastAnswer.status]).to.deep.equal([200, 200])
      fast = String(fastAnswer.body['refresh_token'])
    }
  })

  it('REFR-015: many late uses are all answered while a faster process goes on refreshing', async () => {
    const client = await server.client()
    const late = await firstRefreshToken(server, client)
    const fast = refresh(server.issuer, client, late).then(({ body }) => refresh(server.issuer, client, body['refresh_token']))
    const answers = await Promise.all([fast, ...Array.from({ length: store.contenders }, () => refresh(server.issuer, client, late))])
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]))
    const leaf = await refresh(server.issuer, client, answers[0].body['refresh_token'])
    expect(leaf.status).to.equal(200)
  })

  it('RFC 9700 §4.14.2: a token older than the last two is reuse and ends the grant', async () => {
    const client = await server.client()
    const first = await firstRefreshToken(server, client)
    let token = first
    for (let round = 0; round < 3; round++) token = String((await refresh(server.issuer, client, token)).body['refresh_token'])
    expect((await refresh(server.issuer, client, first)).body['error']).to.equal('invalid_grant')
    expect((await refresh(server.issuer, client, token)).body['error']).to.equal('invalid_grant')
  })

  it('RFC 9700 §4.14.2: reuse ends the grant whatever else is wrong with the request', async () => {
    const client = await server.client()
    const first = await firstRefreshToken(server, client)
    let token = first
    for (let round = 0; round < 3; round++) token = String((await refresh(server.issuer, client, token)).body['refresh_token'])
    await refresh(server.issuer, client, first, { scope: 'admin' })
    expect((await refresh(server.issuer, client, token)).body['error']).to.equal('invalid_grant')
  })

  it('REFR-006 RFC 6749 §6: narrowing narrows the access token only', async () => {
    const client = await server.client()
    const narrowed = await refresh(server.issuer, client, await firstRefreshToken(server, client), { scope: 'read' })
    expect(narrowed.body['scope']).to.equal('read')
    expect((await refresh(server.issuer, client, narrowed.body['refresh_token'])).body['scope']).to.equal('read write')
  })

  it('REFR-007 RFC 6749 §6: a wider scope is invalid_scope and burns nothing', async () => {
    const client = await server.client({ scopes: ['read', 'write', 'admin'] })
    const token = await firstRefreshToken(server, client)
    const wider = await refresh(server.issuer, client, token, { scope: 'read admin' })
    expect([wider.status, wider.body['error']]).to.deep.equal([400, 'invalid_scope'])
    expect((await refresh(server.issuer, client, token)).status).to.equal(200)
  })

  it("REFR-004 RFC 6749 §10.4: another client's token is invalid_grant and goes on working for its own", async () => {
    const [client, other] = [await server.client(), await server.client()]
    const token = await firstRefreshToken(server, client)
    expect((await refresh(server.issuer, other, token)).body['error']).to.equal('invalid_grant')
    expect((await refresh(server.issuer, client, token)).status).to.equal(200)
  })

  it('RFC 6749 §10.4: a client that is registered again under its id inherits no code and no refresh token, whatever the clock says', async () => {
    const client = await server.client()
    const { id, createdAt } = client.client
    const [token, code] = [await firstRefreshToken(server, client), await freshCode(server.issuer, client)]
    const { clients } = server.storage
    await clients.remove(id)
    await clients.add({ ...client.client, registration: 'another', createdAt: new Date(createdAt.getTime() - 120_000) })
    await seenByRunningServers()
    expect((await refresh(server.issuer, client, token)).body['error']).to.equal('invalid_grant')
    expect((await redeem(server.issuer, client, code)).body['error']).to.equal('invalid_grant')
  })

  it('REFR-012: a disabled person is refused and refreshes again once enabled', async () => {
    const client = await server.client()
    const source = { requestId: 'test', address: 'cli' }
    const token = await firstRefreshToken(server, client)
    await server.administering.disableUser('alice', source)
    const refused = await refresh(server.issuer, client, token)
    await server.administering.enableUser('alice', source)
    expect(refused.body['error']).to.equal('invalid_grant')
    expect((await refresh(server.issuer, client, token)).status).to.equal(200)
  })
})

onEachStore('refresh tokens with REFRESH_GRACE=0s', (store) => {
  it(`RFC 9700 §4.14.2: ${store.contenders} parallel uses give one 200 and the grant ends`, async () => {
    const server = await store.start({ REFRESH_GRACE: '0s' }, (storage) => slow(storage))
    try {
      const client = await server.client()
      const token = await firstRefreshToken(server, client)
      const answers = await Promise.all(Array.from({ length: store.contenders }, () => refresh(server.issuer, client, token)))
      const won = answers.filter(({ status }) => status === 200)
      expect(won).to.have.lengthOf(1)
      expect((await refresh(server.issuer, client, won[0]?.body['refresh_token'])).body['error']).to.equal('invalid_grant')
    } finally {
      await server.stop()
    }
  })
})
