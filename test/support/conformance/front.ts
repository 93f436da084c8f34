import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { buffer } from 'node:stream/consumers'
import type { Certificate } from './certificate.js'

export interface Asked {
  readonly method: string
  /** Path and query. */
  url: string
  readonly headers: IncomingHttpHeaders
  body: string
}

export interface Answered {
  status: number
  readonly headers: IncomingHttpHeaders
  body: string
}

/** What a front does to the server behind it. */
export interface Meddling {
  /** Changes the request, or answers it in the server's place. */
  readonly asked?: ((asked: Asked) => Answered | undefined | Promise<undefined>) | undefined
  /** Changes the answer. */
  readonly answered?: ((answer: Answered, asked: Asked) => void) | undefined
}

export interface Front {
  meddle(meddling: Meddling | undefined): void
  stop(): void
}

/** Longer ones are for the server itself to refuse. */
const MAX_HEADERS = 262_144

/** Passes everything on, as the meddling of the moment will have it. With a certificate it is where TLS ends. */
export async function startFront(port: number, inner: number, certificate?: Certificate): Promise<Front> {
  let meddling: Meddling | undefined
  const handler = (req: IncomingMessage, res: ServerResponse): void => {
    if (certificate !== undefined) forwarded(req)
    pass(req, res, inner, meddling).catch(() => res.destroy())
  }
  const limits = { maxHeaderSize: MAX_HEADERS }
  const server = certificate ? createSecureServer({ ...limits, ...certificate }, handler) : createServer(limits, handler)
  await new Promise<void>((listening) => server.listen(port, 'localhost', listening))
  return {
    meddle: (next) => {
      meddling = next
    },
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** What a proxy says of the connection that it ends; the scheme is its own word alone. */
function forwarded({ headers, socket }: IncomingMessage): void {
  headers['x-forwarded-for'] = [headers['x-forwarded-for'] ?? [], socket.remoteAddress ?? ''].flat().join(', ')
  headers['x-forwarded-proto'] = 'https'
}

async function pass(req: IncomingMessage, res: ServerResponse, inner: number, meddling: Meddling | undefined): Promise<void> {
  const { method = 'GET', url = '/', headers } = req
  const asked = { method, url, headers: { ...headers }, body: (await buffer(req)).toString('latin1') }
  const answer = (await meddling?.asked?.(asked)) ?? (await forward(asked, inner))
  meddling?.answered?.(answer, asked)
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !/^(content-length|transfer-encoding|connection)$/.test(name)) res.setHeader(name, value)
  }
  res.statusCode = answer.status
  res.end(Buffer.from(answer.body, 'latin1'))
}

function forward({ method, url, headers, body }: Asked, port: number): Promise<Answered> {
  const { 'transfer-encoding': _, 'content-length': __, ...sent } = headers
  const length = method === 'GET' || method === 'HEAD' ? {} : { 'content-length': body.length.toString() }
  return new Promise((done, failed) => {
    const asking = request({ host: '127.0.0.1', port, path: url, method, headers: { ...sent, ...length } }, (answer) => {
      buffer(answer).then(
        (bytes) => done({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes.toString('latin1') }),
        failed,
      )
    })
    asking.on('error', failed)
    asking.end(Buffer.from(body, 'latin1'))
  })
}
