import { expect } from 'chai'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import type supertest from 'supertest'
import { StoreUnavailable } from '../../domain/errors.js'
import { basic, handlerOf, headerOf, ISSUER, REDEEM, SECRET, serve, World } from './http-fixture.js'

const ALLOWED: Readonly<Record<string, string>> = {
  '/token': 'POST',
  '/token/revoke': 'POST',
  '/token/introspect': 'POST',
  '/.well-known/jwks.json': 'GET, HEAD',
  '/.well-known/oauth-authorization-server': 'GET, HEAD',
  '/authorize': 'GET, POST',
  '/login': 'GET, HEAD, POST',
  '/account/apps/revoke': 'POST',
  '/assets/portcullis.css': 'GET, HEAD',
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options' | 'trace' | 'propfind'
const send = (world: World, method: Method, path: string) => serve(world)[method](path)

function expectPage(response: supertest.Response, status: number): void {
  expect(response.status).to.equal(status)
  expect(headerOf(response, 'content-type')).to.match(/^text\/html/)
  expect(headerOf(response, 'content-security-policy')).to.include("default-src 'none'").and.include("frame-ancestors 'none'")
  expect(headerOf(response, 'x-frame-options')).to.equal('DENY')
  expect(headerOf(response, 'referrer-policy')).to.equal('same-origin')
  expect(headerOf(response, 'cache-control')).to.equal('no-store')
  expect(response.text).to.include(headerOf(response, 'x-request-id'))
}

describe('errors', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  it('ERR-001: an unknown URL is a 404 page that gives nothing away', async () => {
    const response = await serve(world).get('/nope')
    expectPage(response, 404)
    expect(response.headers).to.not.have.any.keys('x-powered-by', 'server')
    expect(response.text).to.not.match(/koa|node_modules|\bat .*:\d+/i)
  })

  for (const path of [
    '//token',
    '/token/',
    '/Token',
    '/TOKEN',
    '/%74oken',
    '/token;x=1',
    '/./token',
    '/x/../token',
    '/token%00',
    '/token%2f',
    '//login',
    '/login/',
    '/Login',
    '/%6cogin',
    '/.well-known//jwks.json',
    '/.well-known/jwks.json/',
    '/constructor',
    '/%',
    '/%ff',
    '/assets/../package.json',
    '/assets/%2e%2e/package.json',
    '/assets/.hidden',
    '/assets/',
    '/assets',
    '/assets/nope.css',
  ])
    it(`ERR-007: ${path} is no other spelling of anything`, async () => {
      const answer = await raw(world, 'POST', path)
      expect(answer).to.be.oneOf(path.startsWith('/assets/nope') ? [404, 405] : [404])
      expect(await raw(world, 'GET', path)).to.equal(404)
      expect(world.exchanges).to.be.empty
    })

  for (const [path, allow] of Object.entries(ALLOWED))
    for (const method of ['get', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'propfind'] as const) {
      if (allow.includes(method.toUpperCase())) continue
      it(`ERR-002: ${method.toUpperCase()} ${path} is 405 with Allow`, async () => {
        const response = await send(world, method, path)
        expect([response.status, headerOf(response, 'allow')]).to.deep.equal([405, allow])
        expect(headerOf(response, 'x-request-id')).to.match(/^[\w-]{22}$/)
      })
    }

  it('a page says that the store is down, with a way on', async () => {
    world.failure = new StoreUnavailable('mongodb://user:password@db')
    const response = await serve(world)
      .get('/login')
      .set('Cookie', `__Host-portcullis=${'A'.repeat(43)}`)
    expectPage(response, 503)
    expect(headerOf(response, 'retry-after')).to.match(/^[1-9]\d*$/)
    expect(response.text).to.include('href="/login"').and.not.include('mongodb')
  })

  it('a page says that something unexpected happened, and not what', async () => {
    world.failure = new Error('a secret detail')
    const response = await serve(world)
      .get('/login')
      .set('Cookie', `__Host-portcullis=${'A'.repeat(43)}`)
    expectPage(response, 500)
    expect(response.text).to.not.include('secret detail')
    expect(world.logged.map(({ level }) => level)).to.deep.equal(['error'])
  })

  it('every answer has a request id of its own, whatever the request brought', async () => {
    const ids = new Set<string | undefined>()
    for (const path of ['/nope', '/token', '/login', '/', '/assets/brand.css', '/.well-known/jwks.json'])
      ids.add(headerOf(await serve(world).get(path).set('X-Request-Id', 'mine'), 'x-request-id'))
    expect(ids.size).to.equal(6)
    for (const id of ids) expect(id).to.match(/^[\w-]{22}$/)
  })

  it('a client that goes away is no error', async () => {
    const { server, port } = await listening(world)
    const request = httpRequest({ host: '127.0.0.1', port, method: 'POST', path: '/token', headers: FORM_OF(100) })
    request.on('error', () => undefined)
    request.write('grant_type=')
    await new Promise((arrived) => server.once('request', arrived))
    request.destroy()
    await new Promise((closed) => server.close(closed))
    expect(world.logged.filter(({ level }) => level === 'error')).to.deep.equal([])
  })
})

describe('behind a proxy', () => {
  const token = (world: World, trustProxy: number, headers: Record<string, string>, issuer = ISSUER) =>
    serve(world, { trustProxy, issuer }).post('/token').type('form').set('Authorization', basic('C-CONF', SECRET)).set(headers).send(REDEEM)

  const sources: readonly [number, string, string][] = [
    [0, '1.1.1.1', '127.0.0.1'],
    [1, '1.1.1.1', '1.1.1.1'],
    [1, '6.6.6.6, 1.1.1.1', '1.1.1.1'],
    [2, '6.6.6.6, 1.1.1.1, 10.0.0.1', '1.1.1.1'],
    [2, '1.1.1.1', '1.1.1.1'],
    [1, '1.1.1.1, 2001:db8::1', '2001:db8::1'],
    [1, '::ffff:1.1.1.1', '1.1.1.1'],
    [1, '<script>', '127.0.0.1'],
    [1, '', '127.0.0.1'],
  ]
  for (const [trusted, header, address] of sources)
    it(`ERR-006: with ${trusted} believed, "${header}" comes from ${address}`, async () => {
      const world = new World()
      await token(world, trusted, { 'X-Forwarded-For': header })
      expect(world.addresses).to.deep.equal([address])
    })

  it('refuses what a believed proxy calls http, where the issuer is https', async () => {
    const world = new World()
    expect((await token(world, 1, { 'X-Forwarded-Proto': 'http' })).status).to.equal(400)
    expect((await token(world, 1, { 'X-Forwarded-Proto': 'HTTP' })).status).to.equal(400)
    expect((await token(world, 1, { 'X-Forwarded-Proto': 'https, http' })).status).to.equal(400)
    expect((await token(world, 1, { 'X-Forwarded-Proto': 'http, https' })).status).to.equal(200)
    expect((await token(world, 1, {})).status).to.equal(200)
    expect((await token(world, 0, { 'X-Forwarded-Proto': 'http' })).status).to.equal(200)
    expect((await token(world, 1, { 'X-Forwarded-Proto': 'http' }, 'http://localhost:3000')).status).to.equal(200)
  })

  it('OPS-002: an https issuer says that it is https alone', async () => {
    expect(headerOf(await serve(new World()).get('/login'), 'strict-transport-security')).to.match(/^max-age=\d{7,}/)
    expect(headerOf(await serve(new World(), { issuer: 'http://localhost' }).get('/login'), 'strict-transport-security')).to.equal(
      undefined,
    )
  })
})

const FORM_OF = (length: number) => ({ 'content-type': 'application/x-www-form-urlencoded', 'content-length': length.toString() })

async function listening(world: World) {
  const server = createServer(handlerOf(world))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return { server, port: (server.address() as AddressInfo).port }
}

/** A path as it is, which clients would tidy up; answers the status. */
async function raw(world: World, method: string, path: string): Promise<number> {
  const { server, port } = await listening(world)
  const headers = method === 'POST' ? { ...FORM_OF(REDEEM.length), authorization: basic('C-CONF', SECRET) } : {}
  const status = await new Promise<number>((answered, failed) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      response.resume()
      response.on('end', () => answered(response.statusCode ?? 0))
    })
    request.on('error', failed)
    request.end(method === 'POST' ? REDEEM : undefined)
  })
  await new Promise((closed) => server.close(closed))
  return status
}
