import { connect, createServer, type Socket } from 'node:net'
import type { Document } from 'mongodb'
import { commandOf, MessageReader, replyTo } from './fault-proxy-messages.js'
import { mustBeProxied } from './mongo-uri.js'
import { proxiedUri } from './proxied-uri.js'

export interface AnsweringProxy {
  /** Of the database, by way of the proxy. */
  readonly uri: string
  close(): Promise<void>
}

/** Passes everything on to the server but what `answer` answers in its place: what a server of another kind, or in another state, says. */
export async function answeringProxy(target: string, answer: (command: Document) => Document | undefined): Promise<AnsweringProxy> {
  mustBeProxied(target, 'one host')
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    const reader = new MessageReader()
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    upstream.pipe(client)
    client.on('close', () => upstream.destroy())
    client.on('data', (data) => {
      for (const message of reader.push(data)) {
        const answered = answer(commandOf(message))
        if (answered === undefined) upstream.write(message.bytes)
        else client.write(replyTo(message, answered))
      }
    })
  })
  const own = await proxiedUri(server, target)
  return {
    uri: own,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}
