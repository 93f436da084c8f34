import { expect } from 'chai'
import { connect, type Socket } from 'node:net'
import { portsOf, World } from '../adapters/http-fixture.js'
import { listen } from '../../src/listener.js'
import { say } from '../adapters/raw.js'
import { startTestServer, type TestServer } from '../support/server.js'

const ROUNDS = 300
const LAST = 'Host: localhost\r\nConnection: close\r\n'
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n'
const REQUESTS = [
  `GET /login HTTP/1.1\r\n${LAST}\r\n`,
  `FOO /token HTTP/1.1\r\n${LAST}\r\n`,
  `CONNECT localhost:1 HTTP/1.1\r\n${LAST}\r\n`,
  `GET http://localhost/.well-known/jwks.json HTTP/1.1\r\n${LAST}\r\n`,
  `POST /token HTTP/1.1\r\n${LAST}${FORM}Content-Length: 29\r\n\r\ngrant_type=client_credentials`,
  `POST /login HTTP/1.1\r\n${LAST}${FORM}Transfer-Encoding: chunked\r\n\r\n7\r\n_csrf=x\r\n0\r\n\r\n`,
  `POST /authorize HTTP/1.1\r\nExpect: 100-continue\r\n${LAST}${FORM}Content-Length: 3\r\n\r\na=b`,
  `GET /livez HTTP/1.1\r\n${LAST}\r\n`,
]
const BYTES = ['\0', '\r', '\n', ' ', ':', '/', '#', '[', '%', '\x7f', '\xff', 'Z', '\r\n\r\n', ' HTTP/1.1\r\n']

/** A seeded generator (Park and Miller), so that a failure can be run again. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

describe('raw requests', function () {
  this.timeout(60_000)
  let server: TestServer
  before(async () => {
    server = await startTestServer({ STORE: 'memory:' })
  })
  after(() => server.stop())

  it('ERR-002: both listeners answer a method that the parser does not know', async () => {
    const { port, operationsPort } = server.running
    for (const [at, path, allow] of [
      [port, '/token', 'POST'],
      [operationsPort, '/livez', 'GET, HEAD'],
    ] as const) {
      const [answer] = await say(at, `FOO ${path} HTTP/1.1\r\n\r\n`)
      expect([answer?.status, answer?.headers['allow']]).to.deep.equal([405, allow])
    }
  })

  it('CONC-027: a client that pipelines a CONNECT and does not read keeps no listener open', async () => {
    const sockets = new Set<Socket>()
    const handler: Parameters<typeof listen>[0] = ({ socket }, response) => {
      sockets.add(socket)
      response.end('x'.repeat(100_000))
    }
    const listener = await listen(handler, { host: '127.0.0.1', port: 0 }, portsOf(new World()))
    const client = connect(listener.port, '127.0.0.1').pause()
    client.on('error', () => undefined)
    client.write(`GET / HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(300) + 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')
    while (sockets.size === 0) await new Promise((later) => setTimeout(later, 10))
    await listener.close(300)
    expect([...sockets].map(({ destroyed }) => destroyed)).to.deep.equal([true])
    client.destroy()
  })

  for (const which of ['port', 'operationsPort'] as const)
    it(`ERR-001 ERR-002: ${ROUNDS} seeded damages, whole and in pieces, each get an answer with an id, never a 5xx (${which})`, async () => {
      const next = numbers(20_262)
      for (let round = 0; round < ROUNDS; round++) {
        const good = `${REQUESTS[next(REQUESTS.length)]!}${next(2) === 0 ? '' : REQUESTS[next(REQUESTS.length)]!}`
        const [at, cut] = [next(good.length), next(good.length)]
        const bad = `${good.slice(0, at)}${BYTES[next(BYTES.length)]!}${good.slice(at + next(2))}\r\n\r\n\0`
        const answers = await say(server.running[which], ...(next(2) === 0 ? [bad] : [bad.slice(0, cut), bad.slice(cut)]))
        expect(answers, JSON.stringify(bad)).to.not.be.empty
        for (const { status, headers } of answers.filter(({ status }) => status !== 100)) {
          expect(status, JSON.stringify(bad)).to.be.within(200, 499)
          expect(headers['x-request-id'], JSON.stringify(bad)).to.match(/^[\w-]{22}$/)
        }
      }
      expect((await fetch(`${server.issuer}/.well-known/jwks.json`)).status).to.equal(200)
    })
})
