import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { HttpPorts } from '../adapters/http/ports.js'
import { answerAll } from '../adapters/http/unread.js'

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  // `answerAll` asks for it.
  requireHostHeader: false,
}
const CLOSE_IDLE_EVERY_MS = 100

export interface Listener {
  readonly port: number
  /** Lets requests in flight finish; closes idle connections and those that never sent a request; after `ms` all that are left. */
  close(ms: number): Promise<void>
}

export async function listen(
  handler: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
  ports: Pick<HttpPorts, 'secrets' | 'log'>,
): Promise<Listener> {
  const server = createServer(LIMITS)
  answerAll(server, handler, ports)
  const [open, silent] = [new Set<Socket>(), new Set<Socket>()]
  server.on('connection', (socket) => {
    for (const sockets of [open, silent]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
  })
  server.on('request', (request) => silent.delete(request.socket))
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, host, listening)
  })
  return { port: (server.address() as AddressInfo).port, close: (ms) => close(server, { open, silent }, ms) }
}

async function close(server: Server, { open, silent }: Record<'open' | 'silent', ReadonlySet<Socket>>, ms: number): Promise<void> {
  // Before the handler, which may answer at once.
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'))
  const closed = new Promise<void>((done) => {
    server.close(() => {
      done()
    })
  })
  for (const socket of silent) socket.destroy()
  const closing = setInterval(() => {
    server.closeIdleConnections()
  }, CLOSE_IDLE_EVERY_MS)
  server.closeIdleConnections()
  await within(ms, closed)
  clearInterval(closing)
  // The server knows nothing any more of one that asked for CONNECT.
  for (const socket of open) socket.destroy()
}

/** Waits for it, but not longer. */
export async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((elapsed) => {
    timer = setTimeout(elapsed, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

/** Koa's handler as node:http takes it. */
export function handlerOf(app: { callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void> }): RequestListener {
  const handle = app.callback()
  return (request, response) => void handle(request, response)
}
