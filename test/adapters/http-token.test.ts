import { expect } from 'chai'
import type supertest from 'supertest'
import { Busy, OAuthError, StoreUnavailable } from '../../domain/errors.js'
import { ask, basic, errorOf, FORM, headerOf, REDEEM, SECRET, serve, VERIFIER, World } from './http-fixture.js'

function expectRefusal(response: supertest.Response, status: number, error: string): void {
  expect([response.status, errorOf(response)]).to.deep.equal([status, error])
  expect(headerOf(response, 'content-type')).to.match(/^application\/json/)
  expect(headerOf(response, 'cache-control')).to.equal('no-store')
  expect(headerOf(response, 'pragma')).to.equal('no-cache')
  expect(headerOf(response, 'access-control-allow-origin'), 'TOKEN-018').to.equal('*')
  expect(headerOf(response, 'x-request-id')).to.match(/^[\w-]{22}$/)
  expect((response.body as { error_description: string }).error_description).to.match(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
}

describe('POST /token', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  it('TOKEN-011 TOKEN-012: answers JSON that nobody may keep', async () => {
    const response = await ask(world, REDEEM)
    expect(response.status).to.equal(200)
    expect(response.body).to.deep.equal({ access_token: 'a.b.c', token_type: 'Bearer', expires_in: 600, scope: 'read' })
    expect(headerOf(response, 'content-type')).to.equal('application/json')
    expect(headerOf(response, 'cache-control')).to.equal('no-store')
    expect(headerOf(response, 'pragma')).to.equal('no-cache')
    expect(headerOf(response, 'x-content-type-options')).to.equal('nosniff')
    expect(response.headers).to.not.have.any.keys('etag', 'set-cookie')
  })

  it('hands on what the grant reads and nothing else, with a fresh attempt', async () => {
    const form = `${REDEEM}&redirect_uri=https%3A%2F%2Frp.test%2Fcb&resource=https://a.test&resource=https://b.test&audience=x&scope=read`
    await ask(world, form)
    await ask(world, form)
    const [first, second] = world.exchanges
    expect([...first!.form.keys()].sort()).to.deep.equal(['code', 'code_verifier', 'grant_type', 'redirect_uri'])
    expect(first!.exchange.redirectUri).to.equal('https://rp.test/cb')
    expect(first!.exchange.resources).to.deep.equal(['https://a.test', 'https://b.test'])
    expect(first!.exchange.client.id).to.equal('C-CONF')
    expect(first!.exchange.attempt)
      .to.match(/^[\w-]{22}$/)
      .and.not.equal(second!.exchange.attempt)
  })

  it('TOKEN-010: ignores unknown and empty parameters', async () => {
    const response = await ask(world, 'grant_type=client_credentials&foo=bar&scope=&client_id=&__proto__=x&constructor=y')
    expect(response.status).to.equal(200)
    expect([...world.exchanges[0]!.form]).to.deep.equal([['grant_type', 'client_credentials']])
    expect(({} as { x?: unknown }).x).to.equal(undefined)
  })

  it('TOKEN-003: refuses whatever stands in the query string', async () => {
    const asked = serve(world).post(`/token?${REDEEM}&client_id=C-POST&client_secret=x`).type('form')
    expectRefusal(await asked.send(''), 400, 'invalid_request')
    const credentials = serve(world).post('/token?client_id=C-PUB').type('form')
    expectRefusal(await credentials.send(REDEEM), 400, 'invalid_request')
    expectRefusal(
      await serve(world).post('/token?x=1').type('form').set('Authorization', basic('C-CONF', SECRET)).send(REDEEM),
      400,
      'invalid_request',
    )
    expect(world.exchanges).to.be.empty
  })

  const malformed: readonly [string, string | Buffer, string][] = [
    ['TOKEN-005: an empty body', '', 'invalid_request'],
    ['TOKEN-022: a name in the wrong case', 'Grant_Type=client_credentials', 'invalid_request'],
    ['TOKEN-007: an unknown grant_type', 'grant_type=foo', 'unsupported_grant_type'],
    ['TOKEN-007: a grant_type in the wrong case', 'grant_type=Authorization_Code', 'unsupported_grant_type'],
    ['TOKEN-007: a grant_type that Object knows', 'grant_type=constructor', 'unsupported_grant_type'],
    ['TOKEN-016: %zz', `${REDEEM}&redirect_uri=%zz`, 'invalid_request'],
    ['TOKEN-016: a lone %', `${REDEEM}&redirect_uri=100%`, 'invalid_request'],
    ['TOKEN-016: %00', 'grant_type=refresh_token&refresh_token=%00', 'invalid_request'],
    ['TOKEN-016: an encoded newline', 'grant_type=refresh_token&refresh_token=a%0Ab', 'invalid_request'],
    ['TOKEN-016: a raw newline', 'grant_type=refresh_token&refresh_token=a\nb', 'invalid_request'],
    ['TOKEN-016: a lone surrogate', 'grant_type=refresh_token&refresh_token=%ED%A0%80', 'invalid_request'],
    ['TOKEN-016: an overlong slash', 'grant_type=refresh_token&refresh_token=%C0%AF', 'invalid_request'],
    ['TOKEN-016: raw bytes that are not UTF-8', Buffer.from([0x61, 0x3d, 0xff, 0xfe]), 'invalid_request'],
    ['TOKEN-016: a wrongly encoded name', `${REDEEM}&%zz=1`, 'invalid_request'],
    ['a code grant without code', `grant_type=authorization_code&code_verifier=${VERIFIER}`, 'invalid_request'],
    ['a code grant with an empty code', `grant_type=authorization_code&code=&code_verifier=${VERIFIER}`, 'invalid_request'],
    ['a code grant without verifier', 'grant_type=authorization_code&code=pc_ac_x', 'invalid_grant'],
    ['a verifier of 42 characters', `grant_type=authorization_code&code=x&code_verifier=${'v'.repeat(42)}`, 'invalid_grant'],
    ['a verifier of 129 characters', `grant_type=authorization_code&code=x&code_verifier=${'v'.repeat(129)}`, 'invalid_grant'],
    ['a verifier with a space', `grant_type=authorization_code&code=x&code_verifier=+${VERIFIER}`, 'invalid_grant'],
    ['a refresh without token', 'grant_type=refresh_token', 'invalid_request'],
  ]
  for (const [what, body, error] of malformed)
    it(`${what} is ${error}`, async () => {
      expectRefusal(await ask(world, body), 400, error)
      expect(world.exchanges).to.be.empty
    })

  for (const name of ['grant_type', 'code', 'redirect_uri', 'client_id', 'code_verifier', 'refresh_token', 'scope', 'unknown', '__proto__'])
    it(`TOKEN-009: ${name} twice is invalid_request`, async () => {
      const twice = new URLSearchParams(REDEEM)
      twice.delete(name)
      const response = await ask(world, `${twice.toString()}&${name}=C-CONF&${name}=C-CONF`)
      expectRefusal(response, 400, 'invalid_request')
    })

  for (const type of [
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    `${FORM}; charset=utf-7`,
    `${FORM}x`,
    `${FORM};;=`,
  ])
    it(`TOKEN-005: the media type ${type} is invalid_request`, async () => {
      const request = serve(world).post('/token').set('Content-Type', type).set('Authorization', basic('C-CONF', SECRET))
      expectRefusal(await request.serialize((raw: unknown) => raw as string).send(REDEEM), 400, 'invalid_request')
    })

  it('TOKEN-005: no media type is invalid_request', async () => {
    const request = serve(world).post('/token').set('Authorization', basic('C-CONF', SECRET))
    expectRefusal(await request.send(), 400, 'invalid_request')
  })

  for (const type of [`${FORM}; charset=UTF-8`, `${FORM};charset="utf-8"`, 'Application/X-WWW-Form-Urlencoded'])
    it(`the media type ${type} is a form`, async () => {
      const request = serve(world).post('/token').set('Content-Type', type).set('Authorization', basic('C-CONF', SECRET))
      expect((await request.serialize((raw: unknown) => raw as string).send(REDEEM)).status).to.equal(200)
    })

  it('ERR-005: a compressed body is refused unread', async () => {
    const request = serve(world).post('/token').set('Content-Type', FORM).set('Content-Encoding', 'gzip')
    expectRefusal(await request.serialize((raw: unknown) => raw as string).send('x'), 415, 'invalid_request')
  })

  it('a body of over 16 KB is refused', async () => {
    expectRefusal(await ask(world, `${REDEEM}&x=${'x'.repeat(17_000)}`), 413, 'invalid_request')
  })

  it('TOKEN-019: answers JSON to whoever prefers HTML', async () => {
    const request = serve(world).post('/token').type('form').set({ Accept: 'text/html', 'Accept-Language': 'zh' })
    expectRefusal(await request.send('grant_type=foo'), 400, 'unsupported_grant_type')
  })

  it('a grant that is not registered for the client is unauthorized_client', async () => {
    expectRefusal(await ask(world, `${REDEEM}&client_id=C-LITTLE`, ''), 400, 'unauthorized_client')
  })

  it('says what the engine refuses, and why only in the log', async () => {
    world.refusal = new OAuthError('invalid_grant', 'the reason')
    const response = await ask(world, REDEEM)
    expectRefusal(response, 400, 'invalid_grant')
    expect(response.text).to.not.include('the reason')
    const { level, fields } = world.logged[0]!
    expect(level).to.equal('info')
    expect(fields).to.include({ reason: 'the reason', client_id: 'C-CONF', request_id: headerOf(response, 'x-request-id') })
  })

  it('too many wrong secrets are 429 with Retry-After', async () => {
    world.failure = new OAuthError('temporarily_unavailable', 'too many', { retryAfter: 61.2 })
    const response = await ask(world, REDEEM)
    expectRefusal(response, 429, 'temporarily_unavailable')
    expect(headerOf(response, 'retry-after')).to.equal('62')
  })

  for (const failure of [new StoreUnavailable('down'), new Busy('full')])
    it(`${failure.name} is 503 with Retry-After`, async () => {
      world.failure = failure
      const response = await ask(world, REDEEM)
      expectRefusal(response, 503, 'temporarily_unavailable')
      expect(headerOf(response, 'retry-after')).to.match(/^[1-9]\d*$/)
    })

  for (const failure of [new Error('a secret detail'), 'a secret detail', { code: 'a secret detail' }])
    it(`what is unexpected (${typeof failure}) is a bare server_error`, async () => {
      world.refusal = failure
      const response = await ask(world, REDEEM)
      expectRefusal(response, 500, 'server_error')
      expect(response.text).to.not.include('secret detail')
      expect(world.logged[0]!.level).to.equal('error')
    })
})
