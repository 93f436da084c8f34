import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { PASSWORD } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import type { TestServer } from '../support/server.js'
import { askToken, freshCode, introspect, redeem, refresh, type TokenAnswer } from '../support/visitor.js'

const OPERATOR = { requestId: 'test', address: 'cli' }
const API = 'https://api.test/mcp'

onEachStore('POST /token/introspect', (store) => {
  let started: TestServer
  let client: ClientWithSecret
  let rs: ClientWithSecret
  const server = (): TestServer => started
  before(async () => {
    started = await store.start()
    await server().administering.createResource({ uri: API, name: 'API', scopes: ['read'] }, OPERATOR)
    client = await server().client({ resources: [API] })
    rs = await server().client({ name: 'RS', redirectUris: [], grants: [], scopes: [], defaultScopes: [], resourceServerFor: [API] })
  })

  after(() => started.stop())

  const tokens = async (of = client, username = 'alice', parameters: Record<string, string> = { resource: API }) => {
    const { status, body } = await redeem(server().issuer, of, await freshCode(server().issuer, of, { username, parameters }))
    expect(status).to.equal(200)
    return body
  }
  const look = (token: unknown, by = client): Promise<TokenAnswer> => introspect(server().issuer, by, token)
  const isActive = async (token: unknown, by = client) => (await look(token, by)).body['active']
  /** Other clients are known for a second. */
  const soon = () => new Promise((later) => setTimeout(later, 1_050))

  it('INT-001 RFC 7662 §2.2: a resource server sees all of a live access token', async () => {
    const { access_token: access } = await tokens()
    const { status, headers, body } = await look(access, rs)
    expect(status).to.equal(200)
    expect(headers.get('content-type')).to.match(/^application\/json/)
    expect(headers.get('cache-control')).to.equal('no-store')
    expect(headers.get('access-control-allow-origin')).to.equal(null)
    expect(body).to.include({
      active: true,
      token_type: 'Bearer',
      scope: 'read',
      client_id: client.client.id,
      iss: server().issuer,
      aud: API,
    })
    expect(body['sub']).to.equal((await server().administering.user('alice')).id)
    for (const time of ['exp', 'iat', 'auth_time']) expect(Number.isInteger(body[time]), time).to.equal(true)
    expect(body['amr']).to.deep.equal(['pwd'])
    expect(Object.values(body)).to.not.include(null)
  })

  it('INT-011 RFC 9068 §2.2: says the same as the token itself', async () => {
    const { access_token: access } = await tokens()
    const { active: _, token_type: __, ...described } = (await look(access)).body
    expect(described).to.deep.equal(decodeJwt(String(access)))
  })

  it('TOKEN-024 AT-006 RFC 9068 §2.2: exp, iat and expires_in agree, and an hour is the most', async () => {
    const { access_token: access, expires_in: seconds } = await tokens()
    const { exp, iat } = (await look(access)).body
    const now = Math.floor(Date.now() / 1000)
    expect(Math.abs(Number(exp) - Number(iat) - Number(seconds))).to.be.at.most(2)
    expect(Number(seconds)).to.be.within(1, 3600)
    expect(Number(iat)).to.be.at.most(now + 2)
  })

  it('shows a refresh token to its own client, with its own times and no token_type', async () => {
    const first = await tokens()
    const { body } = await look(first['refresh_token'])
    expect(body)
      .to.include({ active: true, scope: 'read', client_id: client.client.id, iss: server().issuer, aud: API })
      .and.not.have.property('token_type')
    expect(Number(body['exp']) - Number(body['iat'])).to.be.greaterThan(86_400)
    expect(await isActive(first['refresh_token'], rs)).to.equal(false)
    const second = (await refresh(server().issuer, client, first['refresh_token'])).body
    expect(await isActive(first['refresh_token']), 'inside the grace').to.equal(true)
    await refresh(server().issuer, client, second['refresh_token'])
    expect((await refresh(server().issuer, client, second['refresh_token'])).status, 'looking ended nothing').to.equal(200)
  })

  it('shows nothing to who may not know, and nothing about what is no token', async () => {
    const stranger = await server().client({ name: 'Stranger' })
    const elsewhere = await server().client({
      name: 'RS elsewhere',
      grants: [],
      redirectUris: [],
      resourceServerFor: ['https://api2.test/'],
    })
    const { access_token: access, refresh_token: refreshToken } = await tokens()
    for (const by of [stranger, elsewhere])
      for (const token of [access, refreshToken]) expect((await look(token, by)).body).to.deep.equal({ active: false })
    for (const token of ['garbage', `${String(access)}x`, String(access).slice(0, -1), 'pc_rt_x', 'x'.repeat(9_000)])
      expect((await look(token)).body, token.slice(0, 40)).to.deep.equal({ active: false })
    expect(await isActive(access)).to.equal(true)
  })

  it('INT-004 RFC 7662 §2.1, §2.3: wrong credentials and public clients are 401', async () => {
    const open = await server().client({ isPublic: true, grants: ['authorization_code', 'refresh_token'] })
    const own = await tokens(open, 'alice', {})
    for (const [by, token] of [
      [{ ...client, secret: 'wrong' }, own['access_token']],
      [{ ...rs, secret: '' }, own['access_token']],
      [open, own['access_token']],
    ] as const) {
      const { status, body, headers } = await look(token, by)
      expect([status, body['error']]).to.deep.equal([401, 'invalid_client'])
      expect(body).to.not.have.property('active')
      expect(headers.get('www-authenticate')).to.match(/^Basic/)
    }
  })

  it('INT-010 RFC 7662 §2.2: nothing is active once its person is disabled', async () => {
    const { administering } = server()
    const all = await tokens(client, 'bob')
    await administering.disableUser('bob', OPERATOR)
    expect([await isActive(all['access_token']), await isActive(all['refresh_token'])]).to.deep.equal([false, false])
    await administering.enableUser('bob', OPERATOR)
    expect([await isActive(all['access_token']), await isActive(all['refresh_token'])]).to.deep.equal([true, true])
    await administering.setPassword('bob', PASSWORD, OPERATOR)
    expect([await isActive(all['access_token']), await isActive(all['refresh_token'])]).to.deep.equal([false, false])
  })

  it('INT-010 CONS-010 RFC 7662 §2.2: or its grant withdrawn', async () => {
    const { administering } = server()
    const all = await tokens()
    await administering.revokeGrants({ client: client.client.id }, OPERATOR)
    expect([await isActive(all['access_token']), await isActive(all['refresh_token'])]).to.deep.equal([false, false])
  })

  it('INT-010 RFC 7662 §2.2: or its client disabled, or deleted and registered again', async () => {
    const { administering, issuer } = server()
    const other = await server().client({ id: `other-${Math.random().toString(36).slice(2)}`, resources: [API] })
    const all = await tokens(other)
    const own = await askToken(issuer, other, { grant_type: 'client_credentials', resource: API })
    const both = [all['access_token'], own.body['access_token']]
    for (const token of both) expect(await isActive(token, rs)).to.equal(true)
    await administering.disableClient(other.client.id, OPERATOR)
    await soon()
    for (const token of both) expect(await isActive(token, rs)).to.equal(false)
    await administering.deleteClient(other.client.id, OPERATOR)
    const again = await server().client({ id: other.client.id, resources: [API] })
    await soon()
    for (const token of both) expect(await isActive(token, rs)).to.equal(false)
    for (const token of [...both, all['refresh_token']]) expect(await isActive(token, again)).to.equal(false)
  })

  it('AT-008 RFC 9068 §6: a token tells nothing about the person but the id', async () => {
    await server().administering.updateUser('alice', { name: 'Alice Liddell', email: 'alice@wonder.test' }, OPERATOR)
    const { access_token: access } = await tokens()
    const said = JSON.stringify([decodeJwt(String(access)), (await look(access)).body])
    for (const personal of ['Liddell', 'wonder.test', 'argon2', '"alice"']) expect(said).to.not.include(personal)
  })
})
