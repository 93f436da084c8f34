import { expect } from 'chai'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOperations } from '../../adapters/http/operations.js'
import { handlerOf as listenerOf } from '../../src/listener.js'
import { handlerOf, portsOf, World } from './http-fixture.js'
import { say, type RawAnswer } from './raw.js'

const JWKS = '/.well-known/jwks.json'

describe('a request target', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })
  const operations = () => listenerOf(createOperations({ ready: async () => undefined }, () => false, portsOf(world).secrets))

  async function ask(handler: RequestListener, line: string): Promise<RawAnswer> {
    const server = createServer(handler)
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const [answer] = await say((server.address() as AddressInfo).port, `${line} HTTP/1.1\r\nHost: as.test\r\nConnection: close\r\n\r\n`)
    await new Promise((closed) => server.close(closed))
    return answer!
  }

  for (const target of [
    'foo://bar',
    'ftp://as.test/token',
    'http://a[b/',
    'http:///token',
    'http://a@as.test/token',
    'http://as.test:x/token',
    'http://[::1/token',
    'http://as.test/token#x',
    '/token#x',
    '/authorize?client_id=a#b',
    '*',
  ])
    it(`ERR-002 ERR-007 RFC 9112 §3.2: ${target} names nothing here`, async () => {
      for (const method of ['GET', 'POST', 'PROPFIND', 'OPTIONS']) {
        if (method === 'OPTIONS' && target === '*') continue
        const { status, headers } = await ask(handlerOf(world), `${method} ${target}`)
        expect(status, method).to.equal(400)
        expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
        expect(headers['x-request-id']).to.match(/^[\w-]{22}$/)
        expect((await ask(operations(), `${method} ${target}`)).status, method).to.equal(400)
      }
      expect(new Set(world.logged.map(({ level }) => level))).to.deep.equal(new Set(['info']))
    })

  for (const [line, status] of [
    [`GET http://as.test${JWKS}`, 200],
    [`GET HTTPS://as.test:443${JWKS}?x=http://y/`, 200],
    [`GET http://[::1]:80${JWKS}`, 200],
    [`GET http://elsewhere.test/${JWKS}`, 404],
    ['GET http://as.test', 302],
    ['GET http://as.test?x', 302],
    ['POST http://as.test/token', 400],
    ['GET //evil', 404],
    ['GET //evil.test/login', 404],
    ['GET /%ZZ', 404],
  ] as const)
    it(`RFC 9112 §3.2.2: ${line} is ${status}`, async () => {
      const answer = await ask(handlerOf(world), line)
      expect(answer.status).to.equal(status)
      expect(answer.headers['location'] ?? '/').to.match(/^\/(?!\/)/)
    })

  it('RFC 9112 §3.2.2: the operations listener reads them too', async () => {
    const { status, headers } = await ask(operations(), 'GET http://127.0.0.1:3001/livez?x')
    expect(status).to.equal(200)
    expect(headers['x-request-id']).to.match(/^[\w-]{22}$/)
    expect(headers['x-content-type-options']).to.equal('nosniff')
  })
})
