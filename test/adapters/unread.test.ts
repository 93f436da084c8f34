import { expect } from 'chai'
import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOperations } from '../../adapters/http/operations.js'
import { answerAll } from '../../adapters/http/unread.js'
import { handlerOf as listenerOf } from '../../src/listener.js'
import { basic, FORM, handlerOf, portsOf, REDEEM, SECRET, serve, World, headerOf } from './http-fixture.js'
import { say, type RawAnswer } from './raw.js'

const HOST = 'Host: as.test'
const request = (line: string, ...headers: readonly string[]) => [line, HOST, ...headers, '', ''].join('\r\n')
const token = (body: string) =>
  request('POST /token HTTP/1.1', `Content-Type: ${FORM}`, `Authorization: ${basic('C-CONF', SECRET)}`, `Content-Length: ${body.length}`) +
  body

/** [request, status, Allow] */
const METHODS: readonly (readonly [string, number, string?])[] = [
  ['FOO /token HTTP/1.1', 405, 'POST'],
  ['FOO /token?code=x HTTP/1.1', 405, 'POST'],
  ['FOO http://as.test/token HTTP/1.1', 405, 'POST'],
  ['GETX /token HTTP/1.0', 405, 'POST'],
  ['post /token HTTP/1.1', 405, 'POST'],
  ['DESCRIBE /token/revoke HTTP/1.1', 405, 'POST'],
  ["!#$%&'*+-.^_`|~9 /token HTTP/1.1", 405, 'POST'],
  ['FOO /authorize HTTP/1.1', 405, 'GET, POST'],
  ['FOO /login HTTP/1.1', 405, 'GET, HEAD, POST'],
  ['FOO /account/apps/revoke HTTP/1.1', 405, 'POST'],
  ['FOO /.well-known/jwks.json HTTP/1.1', 405, 'GET, HEAD'],
  ['CONNECT /token HTTP/1.1', 405, 'POST'],
  ['CONNECT as.test:443 HTTP/1.1', 405, 'GET, HEAD'],
  ['OPTIONS * HTTP/1.1', 405, 'GET, HEAD'],
  ['FOO /nope HTTP/1.1', 404],
  ['FOO //token HTTP/1.1', 404],
  ['FOO * HTTP/1.1', 400],
  ['FOO token HTTP/1.1', 400],
  ['FOO foo://bar HTTP/1.1', 400],
]
const UNREADABLE: Readonly<Record<string, string>> = {
  'no request': 'FOO\r\n\r\n',
  'no version': request('FOO /token'),
  'another protocol': request('FOO /token RTSP/1.0'),
  'another version': request('GET /token HTTP/3.0'),
  'a method that is no token': request('F(O /token HTTP/1.1'),
  'a method below a header': request('GET /token HTTP/1.1', 'FOO /token HTTP/1.1'),
  TLS: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n',
  'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a null character': request('GET /token HTTP/1.1', 'X: a\0b'),
  'a folded header': request('GET /token HTTP/1.1', 'X: a', ' b'),
  'two lengths': request('POST /token HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'),
  'a length and chunks': request('POST /token HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
  'a bare line feed': 'GET /token HTTP/1.1\nHost: x\n\n',
  'no Host': 'GET /.well-known/jwks.json HTTP/1.1\r\n\r\n',
  'two Hosts': request('GET /.well-known/jwks.json HTTP/1.1', 'Host: other.test'),
}

describe('what node:http cannot read', () => {
  let world: World
  let server: Server
  let port: number
  const listening = async (options: ServerOptions = {}, handler = handlerOf(world)) => {
    server = createServer({ requireHostHeader: false, ...options })
    answerAll(server, handler, portsOf(world))
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    port = (server.address() as AddressInfo).port
  }
  const only = async (...pieces: readonly string[]): Promise<RawAnswer> => {
    const answers = await say(port, ...pieces)
    expect(answers, JSON.stringify(answers)).to.have.length(1)
    return answers[0]!
  }
  const expectRefusal = ({ status, headers, body }: RawAnswer, expected: number) => {
    expect(status).to.equal(expected)
    expect(headers).to.include({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', connection: 'close' })
    expect(headers['date']).to.match(/GMT$/)
    expect(headers['x-request-id']).to.match(/^[\w-]{22}$/)
    expect(world.logged.filter(({ level }) => level !== 'info')).to.deep.equal([])
    expect(world.logged.map(({ fields }) => (fields as { request_id?: string }).request_id)).to.include(headers['x-request-id'])
    expect(body.length.toString()).to.equal(headers['content-length'])
  }
  const expectJson = (answer: RawAnswer, expected: number) => {
    expectRefusal(answer, expected)
    expect(answer.headers['content-type']).to.equal('application/json')
    expect(Object.keys(JSON.parse(answer.body) as object)).to.deep.equal(['error', 'error_description'])
  }
  beforeEach(() => {
    world = new World()
  })
  afterEach(() => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(closed))
  })

  describe('by the public listener', () => {
    beforeEach(() => listening())

    for (const [line, status, allow] of METHODS)
      it(`ERR-002 RFC 9110 §15.5.6: ${line} is ${status}${allow === undefined ? '' : ` with Allow: ${allow}`}`, async () => {
        const answer = await only(request(line, ...(line.startsWith('OPTIONS') ? ['Connection: close'] : [])))
        expectRefusal(answer, status)
        expect(answer.headers['allow']).to.equal(allow)
        expect(answer.body).to.not.match(/FOO|DESCRIBE|as\.test/)
      })

    for (const path of ['/token', '/login', '/nope'])
      it(`ERR-002: a method that the parser does not know is answered at ${path} as one that it knows`, async () => {
        const { status, headers, body } = await only(request(`FOO ${path} HTTP/1.1`))
        const known = await serve(world).propfind(path)
        const own = new Set(['x-request-id', 'date', 'connection', 'content-length'])
        const others = (all: object) => Object.fromEntries(Object.entries(all).filter(([name]) => !own.has(name)))
        expect([status, others(headers)]).to.deep.equal([known.status, others(known.headers)])
        const without = (text: string, id = '') => text.replaceAll(id, '')
        expect(without(Buffer.from(body, 'latin1').toString(), headers['x-request-id'])).to.equal(
          without(known.text, headerOf(known, 'x-request-id')),
        )
      })

    for (const [what, bytes] of Object.entries(UNREADABLE))
      it(`RFC 9112 §2.2: ${what} is 400`, async () => expectJson(await only(bytes), 400))

    it('a request line in pieces is 400', async () => expectJson(await only('FO', request('O /token HTTP/1.1')), 400))

    it('RFC 6585 §5: headers that are too large are 431', async () => {
      expectJson(await only(request('GET /token HTTP/1.1', `X: ${'x'.repeat(20_000)}`)), 431)
    })

    it('RFC 9110 §15.5.18: an expectation that is not known is 417', async () => {
      expectJson(await only(request('POST /token HTTP/1.1', 'Expect: tea', 'Content-Length: 3') + 'a=b'), 417)
    })

    it('RFC 9110 §10.1.1: one that is known goes on', async () => {
      const [go, answer] = await say(port, token(REDEEM).replace('\r\n', '\r\nExpect: 100-continue\r\nConnection: close\r\n'))
      expect([go?.status, answer?.status]).to.deep.equal([100, 200])
    })

    it('RFC 9112 §9.3.2: what comes before it is answered first, and nothing after it', async () => {
      const before = request('GET /.well-known/jwks.json HTTP/1.1')
      for (const [line, status] of [
        ['FOO /token HTTP/1.1', 405],
        ['CONNECT /token HTTP/1.1', 405],
        ['GET /token HTTP/3.0', 400],
      ] as const) {
        const answers = await say(port, before + before + request(line) + token(REDEEM))
        expect(answers.map((answer) => answer.status)).to.deep.equal([200, 200, status])
      }
      expect(world.exchanges).to.be.empty
    })

    it('what comes after it, be it garbage, is not answered again', async () => {
      expectJson(await only(request('GET /token HTTP/3.0'), token(REDEEM), 'garbage', token(REDEEM)), 400)
      expect(world.exchanges).to.be.empty
    })

    it('RFC 9112 §7.1: a body that breaks is 400 under the id that its request has', async () => {
      const head = request('POST /token HTTP/1.1', `Content-Type: ${FORM}`, 'Transfer-Encoding: chunked')
      expectJson(await only(head, '5\r\ngrant\r\nzz\r\n'), 400)
      expect(new Set(world.logged.map(({ fields }) => (fields as { request_id?: string }).request_id)).size).to.equal(1)
    })

    it('RFC 9112 §7.1: so is the body of a form', async () => {
      expectJson(await only(request('POST /login HTTP/1.1', `Content-Type: ${FORM}`, 'Transfer-Encoding: chunked'), 'zz\r\n'), 400)
    })

    it('a body that breaks once it is refused gets no second answer', async () => {
      const head = request('POST /token HTTP/1.1', 'Content-Type: text/plain', 'Transfer-Encoding: chunked')
      const answers = await say(port, head, 'zz\r\n')
      expect(answers.map(({ status }) => status)).to.deep.equal([400])
    })
  })

  it('RFC 9112 §9.3.2: a body that breaks takes no answer from the requests before it', async () => {
    const app = handlerOf(world)
    await listening({}, (asked, response) => void setTimeout(() => app(asked, response), asked.method === 'GET' ? 100 : 0))
    const head = request('POST /token HTTP/1.1', `Content-Type: ${FORM}`, 'Transfer-Encoding: chunked')
    const answers = await say(port, `${request('GET /.well-known/jwks.json HTTP/1.1')}${head}5\r\ngrant\r\nzz\r\n`)
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 400])
  })

  it('RFC 9110 §15.5.9: a request that does not come in time is 408', async () => {
    await listening({ headersTimeout: 40, requestTimeout: 40, connectionsCheckingInterval: 20 })
    expectJson(await only('GET /token HTTP/1.1\r\n'), 408)
    expectJson(await only(request('POST /token HTTP/1.1', `Content-Type: ${FORM}`, 'Content-Length: 9')), 408)
  })

  it('a connection that never said anything is not logged', async () => {
    await listening({ headersTimeout: 40, requestTimeout: 40, connectionsCheckingInterval: 20 })
    expect((await only()).status).to.equal(408)
    expect(world.logged).to.deep.equal([])
  })

  it('ERR-002: the operations listener answers so too', async () => {
    await listening({}, listenerOf(createOperations({ ready: async () => undefined }, () => false, portsOf(world).secrets)))
    for (const [line, status, allow] of [
      ['FOO /livez HTTP/1.1', 405, 'GET, HEAD'],
      ['FOO /nope HTTP/1.1', 404],
      ['CONNECT as.test:443 HTTP/1.1', 404],
      ['GET /livez HTTP/3.0', 400],
    ] as const) {
      const answer = await only(request(line))
      expect([answer.status, answer.headers['allow']], line).to.deep.equal([status, allow])
      expect(answer.headers).to.include({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', connection: 'close' })
      expect(answer.headers['x-request-id']).to.match(/^[\w-]{22}$/)
    }
  })
})
