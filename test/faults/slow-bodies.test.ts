import { expect } from 'chai'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { inTime } from '../support/fault-proxy-load.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { askToken } from '../support/visitor.js'

const FORM = 'grant_type=client_credentials&scope=read'
const END = '0\r\n\r\n'
/** What adapters/http/protocol/form.ts gives a body, and what a busy machine takes: less than the 15 s of src/listener.ts. */
const LIMIT_MS = [9_500, 14_900] as const

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

interface Answer {
  readonly status: number
  readonly text: string
  readonly afterMs: number
}

/** Sends what it is told and hears the server out: of the two ends this one never hangs up first. */
class Caller {
  readonly #socket: Socket
  readonly #began = performance.now()
  readonly answer: Promise<Answer>
  isAnswered = false
  port = 0

  constructor(port: number, head: readonly string[]) {
    this.#socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.#socket.once('connect', () => (this.port = this.#socket.localPort ?? 0))
    let text = ''
    this.answer = new Promise((answered) => {
      const over = (): void => {
        this.isAnswered = true
        answered({ status: Number(text.split(' ', 2)[1]), text, afterMs: performance.now() - this.#began })
      }
      this.#socket.on('data', (data: Buffer) => (text += data.toString()))
      for (const end of ['end', 'error', 'close']) this.#socket.once(end, over)
    })
    this.say([...head, '', ''].join('\r\n'))
  }

  say(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(text)
  }

  /** One piece after the other, as long as nobody has answered. */
  async trickle(pieces: Iterable<string>, everyMs: number): Promise<void> {
    for (const piece of pieces) {
      if (this.isAnswered) return
      this.say(piece)
      await wait(everyMs)
    }
  }

  hangUp(): void {
    this.#socket.destroy()
  }
}

describe('a body that comes slowly', function () {
  this.timeout(40_000)
  let server: TestServer
  let authorization: string
  let callers: Caller[]
  /** The server's ends, by the ports of the others. */
  const connections = new Map<number, Socket>()
  const connected = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    if (socket.localPort === server.running.port) connections.set(socket.remotePort ?? 0, socket)
  }
  before(async () => {
    server = await startTestServer({ STORE: 'memory:' })
    const { client, secret = '' } = await server.client()
    authorization = `Authorization: Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}`
  })
  after(() => server.stop())
  beforeEach(() => {
    callers = []
    connections.clear()
    subscribe('net.server.socket', connected)
  })
  afterEach(() => {
    unsubscribe('net.server.socket', connected)
    for (const caller of callers) caller.hangUp()
  })

  function call(path: string, ...headers: readonly string[]): Caller {
    const type = 'Content-Type: application/x-www-form-urlencoded'
    const caller = new Caller(server.running.port, [`POST ${path} HTTP/1.1`, 'Host: localhost', authorization, type, ...headers])
    callers.push(caller)
    return caller
  }
  const CHUNKED = 'Transfer-Encoding: chunked'
  const LAST = 'Connection: close'

  /** The server has let go of every connection, though nobody hung up on it nor was it idle for 5 s, and serves on. */
  async function nothingIsLeft(): Promise<void> {
    const own = callers.map(({ port }) => connections.get(port))
    for (let tries = 0; tries < 350 && own.some((socket) => socket?.destroyed === false); tries++) await wait(10)
    expect(own.map((socket) => socket?.destroyed)).to.deep.equal(callers.map(() => true))
    const answer = await inTime(askToken(server.issuer, await server.client(), { grant_type: 'client_credentials' }))
    expect(answer.status).to.equal(200)
  }

  for (const [how, body] of [
    ['in one chunk', chunk(FORM) + END],
    ['in chunks of one byte', Array.from(FORM, (byte) => chunk(byte)).join('') + END],
    ['in chunks with extensions, and with a trailer', `5;a=b;c="d"\r\n${FORM.slice(0, 5)}\r\n${chunk(FORM.slice(5))}0\r\nX-Sum: 1\r\n\r\n`],
  ] as const)
    it(`TOKEN-026 RFC 9112 §7.1: works ${how}, and the connection goes when it should`, async () => {
      const caller = call('/token', CHUNKED, LAST)
      caller.say(body)
      const { status, text } = await inTime(caller.answer)
      expect(status, text).to.equal(200)
      expect(text).to.include('"access_token":"')
      await nothingIsLeft()
    })

  for (const [how, body] of [
    ['a size that is no number', `zz\r\n${FORM}\r\n${END}`],
    ['a size below the chunk', `2\r\n${FORM}\r\n${END}`],
    ['more than a form may have', chunk('a'.repeat(17_000))],
  ] as const)
    it(`TOKEN-026 RFC 9112 §7.1: ${how} is refused at once and leaves nothing behind`, async () => {
      const caller = call('/token', CHUNKED, LAST)
      caller.say(body)
      const { status } = await inTime(caller.answer)
      expect(status).to.be.oneOf([400, 413])
      await nothingIsLeft()
    })

  it('TOKEN-026 RFC 9112 §7.1: one byte at a time over 5 s works; beyond the limit it is 408, and neither connection nor worker is left', async () => {
    const every = 5_000 / FORM.length
    const patient = [call('/token', CHUNKED, LAST), call('/token', `Content-Length: ${FORM.length}`, LAST)] as const
    const endless = ['/token', '/token/revoke', '/token/introspect'].map((path) => call(path, CHUNKED))
    const silent = [call('/token', CHUNKED), call('/token', 'Content-Length: 100')]
    const talking = [
      patient[0].trickle([...Array.from(FORM, (byte) => chunk(byte)), END], every),
      patient[1].trickle(FORM, every),
      ...endless.map((caller) => caller.trickle(Array<string>(1_000).fill(chunk('a')), 100)),
    ]
    await wait(1_000)
    const meanwhile = await inTime(askToken(server.issuer, await server.client(), { grant_type: 'client_credentials' }))
    expect(meanwhile.status).to.equal(200)

    for (const { status, afterMs, text } of await Promise.all(patient.map(({ answer }) => answer))) {
      expect(status, text).to.equal(200)
      expect(afterMs).to.be.within(4_000, LIMIT_MS[1])
    }
    for (const { status, afterMs, text } of await Promise.all([...endless, ...silent].map(({ answer }) => answer))) {
      expect(status, text).to.equal(408)
      expect(text)
        .to.match(/^connection: close\r$/im)
        .and.match(/^cache-control: no-store\r$/im)
        .and.include('{"error":"invalid_request"')
      expect(afterMs).to.be.within(...LIMIT_MS)
    }
    await Promise.all(talking)
    await nothingIsLeft()
  })
})
