import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

const STOP_WITHIN_MS = 9_000

export interface Listener {
  readonly port: number
  /** Lets requests in flight finish; closes idle connections and those that never sent a request; at the latest after 9 s. */
  close(): Promise<void>
}

export async function listen(handler: RequestListener, host: string, port: number): Promise<Listener> {
  const server = createServer({ maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 5_000 }, handler)
  const silent = new Set<Socket>()
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', (request) => silent.delete(request.socket))
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, host, listening)
  })
  return { port: (server.address() as AddressInfo).port, close: () => close(server, silent) }
}

function close(server: Server, silent: ReadonlySet<Socket>): Promise<void> {
  server.on('request', (_request, response) => response.setHeader('Connection', 'close'))
  return new Promise((closed) => {
    const late = setTimeout(() => {
      server.closeAllConnections()
    }, STOP_WITHIN_MS)
    server.close(() => {
      clearTimeout(late)
      closed()
    })
    server.closeIdleConnections()
    for (const socket of silent) socket.destroy()
    setInterval(() => {
      server.closeIdleConnections()
    }, 100).unref()
  })
}
