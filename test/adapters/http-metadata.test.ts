import { expect } from 'chai'
import { StoreUnavailable } from '../../domain/errors.js'
import { after } from '../support/builders.js'
import { headerOf, ISSUER, serve, World } from './http-fixture.js'

const METADATA = '/.well-known/oauth-authorization-server'
const JWKS = '/.well-known/jwks.json'

describe('metadata and JWKS', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  it('META-002 META-006 META-007 META-008 META-013 META-020: say what is enabled and nothing else', async () => {
    const response = await serve(world).get(METADATA)
    expect(response.status).to.equal(200)
    expect(headerOf(response, 'content-type')).to.equal('application/json')
    expect(response.body).to.deep.equal({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      revocation_endpoint: `${ISSUER}/token/revoke`,
      introspection_endpoint: `${ISSUER}/token/introspect`,
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ui_locales_supported: ['en', 'de'],
      scopes_supported: ['read', 'write'],
    })
  })

  it('META-014: have no empty list', async () => {
    world.scopes = []
    const response = await serve(world).get(METADATA)
    expect(response.body).to.not.have.any.keys('scopes_supported', 'protected_resources')
  })

  it('RFC 9728 §4: name the resources that are registered', async () => {
    world.resources = ['https://api.test/mcp', 'https://api2.test/']
    const response = await serve(world).get(METADATA)
    expect(response.body).to.have.property('protected_resources').that.deep.equals(world.resources)
  })

  it('META-003: come after the well-known path when the issuer has one, and all URLs below it', async () => {
    const issuer = `${ISSUER}/t1`
    const agent = serve(world, { issuer })
    const response = await agent.get(`${METADATA}/t1`)
    expect(response.body).to.include({ issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/.well-known/jwks.json` })
    expect((await agent.get('/t1/.well-known/jwks.json')).status).to.equal(200)
    for (const path of [METADATA, `/t1${METADATA}`, `${METADATA}/t2`, JWKS, '/token', '/login'])
      expect((await agent.get(path)).status, path).to.equal(404)
    expect((await agent.post('/t1/token').type('form').send('grant_type=foo')).status).to.equal(400)
    expect((await agent.get('/t1/assets/portcullis.css')).status).to.equal(200)
    expect(headerOf(await agent.get('/t1'), 'location')).to.equal('/t1/account')
  })

  for (const path of ['/a+b(c)', '/:tenant', '/T1'])
    it(`META-003: the issuer's path may be ${path}`, async () => {
      const agent = serve(world, { issuer: ISSUER + path })
      expect((await agent.get(METADATA + path)).status).to.equal(200)
      expect((await agent.get(`${path}/.well-known/jwks.json`)).status).to.equal(200)
      expect((await agent.get('/other/.well-known/jwks.json')).status).to.equal(404)
    })

  for (const headers of [
    { Host: 'evil.test' },
    { 'X-Forwarded-Host': 'evil.test' },
    { Forwarded: 'host=evil.test' },
    { 'X-Forwarded-Proto': 'http' },
  ])
    it(`META-015: do not change with ${JSON.stringify(headers)}`, async () => {
      const response = await serve(world).get(METADATA).set(headers)
      expect(response.status).to.equal(200)
      expect(response.text).to.not.match(/evil|http:/)
    })

  for (const path of [METADATA, JWKS])
    it(`META-016 META-017 META-019 JWKS-006: ${path} is for scripts of any origin, for GET and HEAD`, async () => {
      const got = await serve(world).get(path).set('Origin', 'https://spa.test')
      expect(headerOf(got, 'access-control-allow-origin')).to.equal('*')
      expect(headerOf(got, 'access-control-allow-credentials')).to.equal(undefined)
      expect(headerOf(got, 'set-cookie')).to.equal(undefined)
      expect(headerOf(got, 'x-content-type-options')).to.equal('nosniff')
      const head = await serve(world).head(path)
      expect([head.status, head.text || '']).to.deep.equal([200, ''])
      const post = await serve(world).post(path)
      expect([post.status, headerOf(post, 'allow')]).to.deep.equal([405, 'GET, HEAD'])
      expect(headerOf(post, 'access-control-allow-origin')).to.equal('*')
    })

  it('JWKS-001: the keys', async () => {
    const response = await serve(world).get(JWKS)
    expect(headerOf(response, 'content-type')).to.match(/^application\/(jwk-set\+)?json/)
    expect((response.body as { keys: unknown[] }).keys).to.have.length(1)
  })

  it('show a change within a second', async () => {
    const agent = serve(world)
    await agent.get(METADATA)
    world.scopes = ['admin']
    world.now = after(1000)
    expect((await agent.get(METADATA)).body)
      .to.have.property('scopes_supported')
      .that.deep.equals(['admin'])
  })

  it('answer from memory while the store is down, or does not answer', async () => {
    world.resources = ['https://api.test/mcp']
    const agent = serve(world)
    const before = (await agent.get(METADATA)).body as object
    expect(before).to.include.keys('scopes_supported', 'protected_resources')
    world.failure = new StoreUnavailable('down')
    world.now = after(1000)
    expect((await agent.get(METADATA)).body).to.deep.equal(before)
    world.isHanging = true
    world.now = after(2000)
    expect((await agent.get(METADATA)).body).to.deep.equal(before)
  })
})

describe('the keys', () => {
  it('CONC-023: that nobody tells in time are 503 with Retry-After', async () => {
    const world = new World()
    world.isHanging = true
    const response = await serve(world).get(JWKS)
    expect([response.status, (response.body as { error?: unknown }).error]).to.deep.equal([503, 'temporarily_unavailable'])
    expect(headerOf(response, 'retry-after')).to.match(/^[1-9]\d*$/)
  })
})

describe('cross-origin requests', () => {
  const preflight = (path: string) =>
    serve(new World())
      .options(path)
      .set({ Origin: 'https://spa.test', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' })

  for (const path of ['/token', '/token/revoke', METADATA, JWKS])
    it(`${path} answers preflights`, async () => {
      const response = await preflight(path)
      expect(response.status).to.equal(204)
      expect(headerOf(response, 'access-control-allow-origin')).to.equal('*')
      expect(headerOf(response, 'access-control-allow-headers')).to.include('authorization')
      expect(headerOf(response, 'access-control-allow-methods')).to.include('POST')
      expect(headerOf(response, 'access-control-allow-credentials')).to.equal(undefined)
      expect(headerOf(response, 'x-request-id')).to.match(/^[\w-]{22}$/)
    })

  for (const path of ['/token/introspect', '/authorize', '/login', '/scopes', '/account', '/nope'])
    it(`${path} does not`, async () => {
      const response = await preflight(path)
      expect(response.status).to.be.oneOf([404, 405])
      expect(Object.keys(response.headers as object).filter((name) => name.startsWith('access-control'))).to.deep.equal([])
    })
})
