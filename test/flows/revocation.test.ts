import { expect } from 'chai'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askBackChannel, askToken, freshCode, introspect, redeem, refresh, revoke, type TokenAnswer } from '../support/visitor.js'

onEachStore('POST /token/revoke', (store) => {
  let server: TestServer
  let client: ClientWithSecret
  let down: Error | undefined
  before(async () => {
    server = await store.start({}, (storage) => {
      const guarded = <Port extends object>(port: Port): Port =>
        new Proxy(port, {
          get: (_, name) => {
            const member: unknown = Reflect.get(port, name)
            if (typeof member !== 'function') return member
            return (...args: unknown[]): unknown => (down === undefined ? Reflect.apply(member, port, args) : Promise.reject(down))
          },
        })
      const ports = Object.entries(storage) as [string, object][]
      return Object.fromEntries(ports.map(([name, port]) => [name, guarded(port)])) as unknown as typeof storage
    })
    client = await server.client()
  })
  after(() => server.stop())
  afterEach(() => (down = undefined))

  const tokens = async (of = client): Promise<Record<string, unknown>> => {
    const { status, body } = await redeem(server.issuer, of, await freshCode(server.issuer, of))
    expect(status).to.equal(200)
    return body
  }
  const isActive = async (token: unknown) => (await introspect(server.issuer, client, token)).body['active']

  function expectRevoked({ status, headers, body }: TokenAnswer): void {
    expect([status, body]).to.deep.equal([200, {}])
    expect(headers.get('content-type')).to.match(/^application\/json/)
    expect(headers.get('cache-control')).to.equal('no-store')
  }
  function expectError({ status, headers, body }: TokenAnswer, expected: number, code: string): void {
    expect([status, body['error']]).to.deep.equal([expected, code])
    expect(headers.get('content-type')).to.match(/^application\/json/)
    expect(headers.get('cache-control')).to.equal('no-store')
    expect(headers.get('pragma')).to.equal('no-cache')
    expect(body).to.not.have.any.keys('access_token', 'refresh_token', 'stack')
  }

  it('REV-001 RFC 7009 §2.1, §2.2: a refresh token ends its grant with all that it gave', async () => {
    const first = await tokens()
    const second = (await refresh(server.issuer, client, first['refresh_token'])).body
    expect(await isActive(second['access_token'])).to.equal(true)
    expectRevoked(await revoke(server.issuer, client, second['refresh_token']))
    for (const token of [first['refresh_token'], second['refresh_token']])
      expectError(await refresh(server.issuer, client, token), 400, 'invalid_grant')
    for (const token of [first, second].flatMap((all) => [all['access_token'], all['refresh_token']]))
      expect(await isActive(token)).to.equal(false)
  })

  it('RFC 7009 §2.1: a refresh token that was rotated out ends the grant as well', async () => {
    const first = await tokens()
    const second = (await refresh(server.issuer, client, first['refresh_token'])).body
    expectRevoked(await revoke(server.issuer, client, first['refresh_token']))
    expectError(await refresh(server.issuer, client, second['refresh_token']), 400, 'invalid_grant')
  })

  it('REV-002 RFC 7009 §2.1: an access token is denied at once and alone', async () => {
    const { access_token: access, refresh_token: refreshToken } = await tokens()
    expectRevoked(await revoke(server.issuer, client, access))
    expect(await isActive(access)).to.equal(false)
    const next = await refresh(server.issuer, client, refreshToken)
    expect(next.status).to.equal(200)
    expect(await isActive(next.body['access_token'])).to.equal(true)
    expectRevoked(await revoke(server.issuer, client, access))
  })

  it('REV-002: a token of client_credentials too', async () => {
    const { body } = await askToken(server.issuer, client, { grant_type: 'client_credentials' })
    expect(await isActive(body['access_token'])).to.equal(true)
    expectRevoked(await revoke(server.issuer, client, body['access_token']))
    expect(await isActive(body['access_token'])).to.equal(false)
  })

  it('REV-005 RFC 7009 §2.1: a missing or empty token is invalid_request', async () => {
    const url = `${server.issuer}/token/revoke`
    for (const fields of [{}, { token: '' }, { token_type_hint: 'refresh_token' }])
      expectError(await askBackChannel(url, client, fields), 400, 'invalid_request')
  })

  it('REV-006 RFC 7009 §2.1: without the right credentials nothing is revoked', async () => {
    const { access_token: access, refresh_token: refreshToken } = await tokens()
    for (const secret of ['wrong', ''])
      for (const token of [access, refreshToken]) {
        const refused = await revoke(server.issuer, { ...client, secret }, token)
        expectError(refused, 401, 'invalid_client')
        expect(refused.headers.get('www-authenticate')).to.match(/^Basic realm=/)
      }
    const bare = await fetch(`${server.issuer}/token/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: String(refreshToken), client_id: client.client.id }),
    })
    expect(bare.status).to.equal(401)
    expect(await isActive(access)).to.equal(true)
    expect((await refresh(server.issuer, client, refreshToken)).status).to.equal(200)
  })

  it('REV-008 RFC 7009 §2.1, §2.2: a wrong or unknown hint changes nothing', async () => {
    for (const hint of ['access_token', 'refresh_token', 'bogus'])
      for (const kind of ['access_token', 'refresh_token'] as const) {
        const all = await tokens()
        expectRevoked(await revoke(server.issuer, client, all[kind], { token_type_hint: hint }))
        expect(await isActive(all[kind]), `${kind} with hint ${hint}`).to.equal(false)
      }
  })

  it('REV-010 RFC 6749 §3.2: a token that is sent twice is invalid_request', async () => {
    const { refresh_token: token } = await tokens()
    const basic = Buffer.from([client.client.id, client.secret ?? ''].map(encodeURIComponent).join(':')).toString('base64')
    const response = await fetch(`${server.issuer}/token/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${String(token)}&token=${String(token)}`,
    })
    expect([response.status, ((await response.json()) as Record<string, unknown>)['error']]).to.deep.equal([400, 'invalid_request'])
    expect(response.headers.get('cache-control')).to.equal('no-store')
    expect((await refresh(server.issuer, client, token)).status).to.equal(200)
  })

  it('RFC 7009 §2.2: what is no token of ours is answered like one that was revoked', async () => {
    const { access_token: access } = await tokens()
    const [header, payload] = String(access).split('.')
    for (const token of ['garbage', 'pc_rt_forged', `${header}.${payload}.${'A'.repeat(86)}`, 'x'.repeat(9_000), '{"$ne":1}', '../../x'])
      expectRevoked(await revoke(server.issuer, client, token))
    expect(await isActive(access)).to.equal(true)
  })

  it('RFC 7009 §2: a public client revokes its own', async () => {
    const open = await server.client({ isPublic: true, grants: ['authorization_code', 'refresh_token'] })
    const { refresh_token: token } = await tokens(open)
    expectRevoked(await revoke(server.issuer, open, token))
    expectError(await refresh(server.issuer, open, token), 400, 'invalid_grant')
  })

  it('CONC-018 RFC 7009 §2.2.1: while the store is down it is 503, and nothing is called revoked', async () => {
    const { access_token: access, refresh_token: refreshToken } = await tokens()
    down = new StoreUnavailable('down')
    for (const token of [access, refreshToken]) {
      const refused = await revoke(server.issuer, client, token)
      expectError(refused, 503, 'temporarily_unavailable')
      expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0)
    }
    down = undefined
    expect(await isActive(access)).to.equal(true)
    expect((await refresh(server.issuer, client, refreshToken)).status).to.equal(200)
  })

  it('CONC-019 RFC 7662 §2.2: a failed look is 503, never active or inactive', async () => {
    const { access_token: access, refresh_token: refreshToken } = await tokens()
    down = new StoreUnavailable('down')
    for (const token of [access, refreshToken]) {
      const refused = await introspect(server.issuer, client, token)
      expectError(refused, 503, 'temporarily_unavailable')
      expect(refused.body).to.not.have.property('active')
    }
  })
})
