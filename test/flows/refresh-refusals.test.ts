import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { GrantId } from '../../domain/ids.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorJson, expectTokens } from '../support/answers.js'
import { PASSWORD } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, introspect, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'
import { aServer, act, claimsOf, signIn, type World } from './second-factor-people.js'

const OPEN = { isPublic: true, grants: ['authorization_code', 'refresh_token'] } as const
const SOURCE = { requestId: 'test', address: 'cli' }

onEachStore('refreshing', (store) => {
  let world: World
  let client: ClientWithSecret
  before(async () => {
    world = await aServer(store)
    client = await world.client()
  })
  after(() => world.stop())

  const given = async (of = client, username = 'alice', visitor = new Visitor()): Promise<TokenAnswer['body']> => {
    const code = await freshCode(world.issuer, of, { username, visitor, parameters: { scope: 'read write' } })
    const answer = await redeem(world.issuer, of, code)
    expectTokens(answer)
    return answer.body
  }
  const refreshed = (token: unknown, more: Readonly<Record<string, string>> = {}, by = client) => refresh(world.issuer, by, token, more)

  it('REFR-001 REFR-002 RFC 6749 §6, RFC 9700 §2.2.2: a confidential and a public client get a new access and a new refresh token', async () => {
    for (const by of [client, await world.client(OPEN)]) {
      const first = await given(by)
      const answer = await refreshed(first['refresh_token'], {}, by)
      expectTokens(answer)
      for (const name of ['access_token', 'refresh_token']) expect(answer.body[name], name).to.not.equal(first[name])
      expect(claimsOf(answer.body).jti).to.not.equal(claimsOf(first).jti)
      for (const name of ['sub', 'client_id', 'aud', 'iss', 'scope', 'auth_time'])
        expect(claimsOf(answer.body)[name], name).to.equal(claimsOf(first)[name])
    }
  })

  it('REFR-004 RFC 6749 §10.4: another client, of either kind, gets nothing for it, and its own goes on', async () => {
    const { refresh_token: token } = await given()
    for (const other of [await world.client(), await world.client(OPEN), await world.client({ authMethod: 'client_secret_post' })])
      expectErrorJson(await refreshed(token, {}, other), 400, 'invalid_grant')
    expectTokens(await refreshed(token))
  })

  it('REFR-005 RFC 6749 §6: a confidential client that does not prove itself is invalid_client, and the token stays', async () => {
    const { refresh_token: token } = await given()
    const fields = { grant_type: 'refresh_token', refresh_token: String(token) }
    for (const more of [{}, { client_id: client.client.id }, { client_id: client.client.id, client_secret: 'wrong secret of a client' }]) {
      const response = await fetch(`${world.issuer}/token`, { method: 'POST', body: new URLSearchParams({ ...fields, ...more }) })
      const { status, headers } = response
      expectErrorJson({ status, headers, body: (await response.json()) as Record<string, unknown> }, 401, 'invalid_client')
    }
    expectErrorJson(await refreshed(token, {}, { ...client, secret: 'wrong secret of a client' }), 401, 'invalid_client')
    expectTokens(await refreshed(token))
  })

  it('REFR-006 RFC 6749 §6: a narrower scope narrows this access token, and not what comes after', async () => {
    const narrowed = await refreshed((await given())['refresh_token'], { scope: 'read' })
    expectTokens(narrowed)
    expect([narrowed.body['scope'], claimsOf(narrowed.body)['scope']]).to.deep.equal(['read', 'read'])
    for (const more of [{}, { scope: '' }, { scope: 'write read' }]) {
      const full = await refreshed(narrowed.body['refresh_token'], more)
      expectTokens(full)
      for (const scope of [full.body['scope'], claimsOf(full.body)['scope']])
        expect(String(scope).split(' ')).to.have.members(['read', 'write'])
    }
  })

  it('REFR-007 RFC 6749 §6: a wider, unknown or malformed scope is invalid_scope, and the token stays', async () => {
    const wide = await world.client({ scopes: ['read', 'write', 'admin'] })
    const { refresh_token: token } = await given(wide)
    for (const scope of ['read admin', 'admin', 'bogus', 'read  write', ' read'])
      expectErrorJson(await refreshed(token, { scope }, wide), 400, 'invalid_scope', scope)
    expectTokens(await refreshed(token, {}, wide))
  })

  it('REFR-009 RFC 6749 §5.2: none is invalid_request, and what is none is invalid_grant', async () => {
    for (const fields of [{}, { refresh_token: '' }, { 'refresh_token[$ne]': 'x' }])
      expectErrorJson(await askToken(world.issuer, client, { grant_type: 'refresh_token', ...fields }), 400, 'invalid_request')
    const garbage = [
      'garbage',
      'x'.repeat(10_000),
      "' OR 1=1--",
      '{"$gt":""}',
      'true, $where: "1 == 1"',
      '../../x',
      `pc_rt_${'A'.repeat(72)}`,
    ]
    for (const token of garbage) expectErrorJson(await refreshed(token), 400, 'invalid_grant', token.slice(0, 20))
  })

  it('REFR-010 RFC 6749 §5.2: an access token, or any other JWT, is no refresh token', async () => {
    const { access_token: access } = await given()
    const own = await askToken(world.issuer, client, { grant_type: 'client_credentials' })
    const [header, payload] = String(access).split('.')
    for (const wrong of [access, own.body['access_token'], `${header ?? ''}.${payload ?? ''}.`, 'eyJhbGciOiJub25lIn0.e30.'])
      expectErrorJson(await refreshed(wrong), 400, 'invalid_grant')
  })

  it('REFR-011 RFC 6749 §5.2: a client without the grant gets no refresh token, and is unauthorized_client with any', async () => {
    const modest = await world.client({ grants: ['authorization_code', 'client_credentials'] })
    expect(await given(modest)).to.not.have.property('refresh_token')
    for (const token of [(await given())['refresh_token'], 'garbage'])
      expectErrorJson(await refreshed(token, {}, modest), 400, 'unauthorized_client')
  })

  it('REFR-012 RFC 9700 §4.14.2: a disabled person, a new password, a withdrawal and a disabled client end it', async () => {
    const { administering } = world
    const [disabled, reset] = [await given(client, 'bob'), await given(client, 'bob')]
    await administering.disableUser('bob', SOURCE)
    expectErrorJson(await refreshed(disabled['refresh_token']), 400, 'invalid_grant')
    await administering.enableUser('bob', SOURCE)
    await administering.setPassword('bob', PASSWORD, SOURCE)
    expectErrorJson(await refreshed(reset['refresh_token']), 400, 'invalid_grant')
    const visitor = new Visitor()
    await signIn(visitor, world)
    const withdrawn = await given(client, 'alice', visitor)
    await act(visitor, world, 'apps/revoke', { client_id: client.client.id })
    expectErrorJson(await refreshed(withdrawn['refresh_token']), 400, 'invalid_grant')
    const other = await world.client()
    const { refresh_token: token } = await given(other)
    await administering.disableClient(other.client.id, SOURCE)
    world.clock.pass(1_000)
    expectErrorJson(await refreshed(token, {}, other), 401, 'invalid_client')
  })

  it('REFR-012 REFR-015 RFC 9700 §4.14.2: reuse while its person is disabled ends the family; the newest and a retry leave it as it is', async () => {
    const { administering, storage } = world
    const [stolen, kept] = [await given(client, 'bob'), await given(client, 'bob')]
    const newest = await Promise.all([stolen, kept].map(async (body) => (await refreshed(body['refresh_token'])).body))
    const grantOf = (body: TokenAnswer['body']) => storage.grants.find(String(claimsOf(body).jti?.split('.')[0]) as GrantId)
    const before = await grantOf(kept)
    await administering.disableUser('bob', SOURCE)
    for (const body of [newest[1]!, kept]) expectErrorJson(await refreshed(body['refresh_token']), 400, 'invalid_grant')
    world.clock.pass(30_001)
    expectErrorJson(await refreshed(newest[1]!['refresh_token']), 400, 'invalid_grant')
    expect(await grantOf(kept)).to.deep.equal(before)
    expectErrorJson(await refreshed(stolen['refresh_token']), 400, 'invalid_grant')
    expect((await grantOf(stolen))?.endedBy).to.equal('reused')
    await administering.enableUser('bob', SOURCE)
    expectErrorJson(await refreshed(newest[0]!['refresh_token']), 400, 'invalid_grant')
    expectTokens(await refreshed(newest[1]!['refresh_token']))
  })

  it('REFR-015 RFC 9700 §4.14.2: one that is sent again within the grace gets the same successor, one family; afterwards it is reuse', async () => {
    const { refresh_token: token, access_token: access } = await given()
    const first = await refreshed(token)
    for (const passed of [0, 15_000, 14_000]) {
      world.clock.pass(passed)
      const again = await refreshed(token)
      expectTokens(again)
      expect(again.body['refresh_token']).to.equal(first.body['refresh_token'])
    }
    expect((await introspect(world.issuer, client, access)).body['active'], 'the family lives').to.equal(true)
    world.clock.pass(1_001)
    expectErrorJson(await refreshed(token), 400, 'invalid_grant')
    expectErrorJson(await refreshed(first.body['refresh_token']), 400, 'invalid_grant')
    expect(decodeJwt(String(access)).jti?.split('.')[0]).to.equal(claimsOf(first.body).jti?.split('.')[0])
  })
})
