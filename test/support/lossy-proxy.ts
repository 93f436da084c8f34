import { connect, createServer, type Socket } from 'node:net'
import { mustBeProxied } from './mongo-uri.js'
import { proxiedUri } from './proxied-uri.js'

/** Stands between a client and a MongoDB server, and can lose answers: what was asked for happens, and the client never hears of it. */
export interface LossyProxy {
  /** Of the database, by way of the proxy. */
  readonly uri: string
  /** Loses the answers to the next so many writes, after so many others, and breaks their connections. */
  lose(answers: number, afterOthers?: number): void
  /** How many are still to be lost. */
  left(): number
  /** Takes no connection and breaks all that are there, or ends that. */
  cut(isCut: boolean): void
  close(): Promise<void>
}

/** Each is the name of the first field of its command, which ends with a zero. */
const WRITES = ['insert', 'update', 'delete', 'findAndModify'].map((command) => `${command}\0`)

export async function lossyProxy(uri: string): Promise<LossyProxy> {
  mustBeProxied(uri, 'one host')
  const { hostname, port } = new URL(uri)
  let toLose = 0
  let toPass = 0
  let isCut = false
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((client) => {
    keep(client)
    if (isCut) {
      client.destroy()
      return
    }
    const upstream = connect(Number(port), hostname)
    keep(upstream)
    let losesNext = false
    client.on('data', (data) => {
      const text = data.toString('latin1')
      if (toLose > 0 && WRITES.some((command) => text.includes(command))) {
        losesNext = toPass-- <= 0
        if (losesNext) toLose--
      }
      upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (losesNext) client.destroy()
      else client.write(data)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  const own = await proxiedUri(server, uri)
  return {
    uri: own,
    lose: (answers, afterOthers = 0) => {
      toLose = answers
      toPass = afterOthers
    },
    left: () => toLose,
    cut: (cut) => {
      isCut = cut
      if (cut) for (const socket of sockets) socket.destroy()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}
