import { IncomingMessage, ServerResponse, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { bodyOf } from './boundary.js'
import { addressOf } from './identify.js'
import type { HttpPorts } from './ports.js'
import { RequestRefused } from './refusals.js'

type Ports = Pick<HttpPorts, 'secrets' | 'log'>

interface ParserError extends NodeJS.ErrnoException {
  /** The packet in which the parser stopped, and how far it came in it. */
  readonly rawPacket?: Buffer
  readonly bytesParsed?: number
}

const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}
/** What the parser says of a method that it does not know, and of one that it knows from another protocol. */
const AT_METHOD = ['HPE_INVALID_METHOD', 'HPE_INVALID_CONSTANT']
/** RFC 9112 §3, a token (RFC 9110 §5.6.2) first. */
const REQUEST_LINE = /^[\w!#$%&'*+.^`|~-]+ (\S+) HTTP\/1\.[01]\r?\n/
/** In place of what was sent: `post` would be POST to the router. */
const STRANGE_METHOD = 'UNKNOWN'

/**
 * Leaves to `handler` what `server` reads, and answers what node:http would answer by itself, and barely: what it cannot read, CONNECT, unknown
 * expectations, other than one Host (so `server` is made without `requireHostHeader`). Where the next request begins is then unknown, so the
 * connection ends.
 */
export function answerAll(server: Server, handler: RequestListener, ports: Ports): void {
  const last = new WeakMap<Socket, ServerResponse>()
  const broken = new WeakSet<Socket>()
  server.on('request', (request, response) => {
    last.set(request.socket, response)
    // RFC 9112 §3.2.
    const hosts = request.headersDistinct['host']?.length ?? 0
    if (hosts > 1 || (hosts === 0 && request.httpVersion === '1.1')) refuse(response, 400, 'not one Host', ports)
    else handler(request, response)
  })
  server.on('checkExpectation', (request, response) => {
    last.set(request.socket, response)
    refuse(response, 417, 'an expectation that is not known', ports)
  })
  // Both are handed the sockets of a server of node:net.
  server.on('connect', (request, socket: Socket) => {
    // Nobody else listens any more.
    socket.on('error', () => undefined)
    inTurn(last.get(socket), socket, request, (response) => handler(request, response))
  })
  server.on('clientError', (error: ParserError, socket: Socket) => {
    if (broken.has(socket)) return
    broken.add(socket)
    const before = last.get(socket)
    if (!socket.writable) socket.destroy()
    else if (before !== undefined && !before.req.complete) cutShort(before, socket, error, ports)
    else inTurn(before, socket, new IncomingMessage(socket), (response) => answerUnread(response, error, handler, ports))
  })
}

/** Which methods a URL has the handler knows, as it does of a method that the parser knows too. */
function answerUnread(response: ServerResponse, error: ParserError, handler: RequestListener, ports: Ports): void {
  const url = askedStrangely(error)
  if (url === undefined) refuse(response, STATUS[error.code ?? ''] ?? 400, error.code ?? error.message, ports)
  else handler(Object.assign(response.req, { method: STRANGE_METHOD, url }), response)
}

/** The target of a request whose method the parser does not know; undefined when it stopped at something else, or the line came in pieces. */
function askedStrangely({ code = '', rawPacket, bytesParsed = 0 }: ParserError): string | undefined {
  if (rawPacket === undefined || !AT_METHOD.includes(code)) return undefined
  const begin = rawPacket.subarray(0, bytesParsed).lastIndexOf('\n') + 1
  return REQUEST_LINE.exec(rawPacket.toString('latin1', begin))?.[1]
}

/** Answers once `before` is answered (RFC 9112 §9.3.2), and ends the connection. */
function inTurn(
  before: ServerResponse | undefined,
  socket: Socket,
  request: IncomingMessage,
  answer: (response: ServerResponse) => void,
): void {
  const begin = (): void => {
    if (!socket.writable) return
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => socket.destroySoon())
    answer(response)
  }
  if (before === undefined || (before.writableFinished && before.socket === null)) begin()
  else before.once('finish', begin)
}

/** The body of a request broke off while it was read: the refusal takes the place of the answer, where none is under way. */
function cutShort(response: ServerResponse, socket: Socket, { code = '' }: ParserError, ports: Ports): void {
  const id = response.getHeader('x-request-id')
  const refuseBy = (by: ServerResponse) => refuse(by, STATUS[code] ?? 400, code, ports, typeof id === 'string' ? id : undefined)
  if (response.socket === null && !response.writableFinished) {
    // It waits for what is answered before it.
    response.once('finish', () => socket.destroySoon())
    if (!response.headersSent) refuseBy(response)
  } else if (response.headersSent || response.socket !== socket) socket.destroySoon()
  else {
    response.detachSocket(socket)
    inTurn(undefined, socket, response.req, refuseBy)
  }
}

/** RFC 6749 §5.2, to whoever it may be. */
function refuse(response: ServerResponse, status: number, reason: string, { secrets, log }: Ports, requestId = secrets.random(16)): void {
  const refusal = new RequestRefused(status, 'invalid_request', reason)
  const socket = response.req.socket
  // Browsers open connections ahead of need: who said nothing was refused nothing.
  if (socket.bytesRead > 0) {
    const address = addressOf(socket)
    log.info({ request_id: requestId, address, outcome: 'refused', status, error: refusal.code, reason }, 'refused')
  }
  const body = JSON.stringify(bodyOf(refusal))
  response.writeHead(status, {
    'x-request-id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  })
  response.end(body)
}
