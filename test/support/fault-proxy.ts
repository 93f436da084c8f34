import { createServer, type AddressInfo } from 'node:net'
import { MongoClient } from 'mongodb'
import { ProxiedConnection } from './fault-proxy-connection.js'
import { FaultPlan, type Fault, type FaultStatistics } from './fault-proxy-plan.js'
import { mustBeProxied } from './mongo-uri.js'

export interface FaultProxy {
  /** Of a database behind the proxy. */
  uri(database: string): string
  inject(fault: Fault): void
  /** From now on nothing is done to any command and no connection refused; what was swallowed stays unanswered. */
  clear(): void
  /** Since the start or the last `forget`. */
  readonly statistics: FaultStatistics
  forget(): void
  stop(): Promise<void>
}

/**
 * A proxy on a loopback port in front of one MongoDB server, for the faults that a failover means to a client. Hello replies name the server's
 * own address, so its URIs say `directConnection=true`: the driver then stays on the proxy, and still retries writes once as with a replica set.
 * It speaks neither TLS nor compression. Of several members it stands before the primary.
 */
export async function startFaultProxy(target: string, seed = 1): Promise<FaultProxy> {
  mustBeProxied(target, 'several hosts')
  const plan = new FaultPlan(seed)
  const connections = new Set<ProxiedConnection>()
  let refusingUntil = 0
  const route = { ...(await primaryOf(target)), plan, refuse: (ms: number) => (refusingUntil = performance.now() + ms) }
  const listener = createServer((socket) => {
    if (performance.now() < refusingUntil) return void socket.resetAndDestroy()
    const connection = new ProxiedConnection(socket, route)
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  })
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening))
  const { port } = listener.address() as AddressInfo
  return {
    uri: (database) => through(target, port, database),
    inject: (fault) => plan.inject(fault),
    clear: () => {
      refusingUntil = 0
      plan.clear()
    },
    get statistics() {
      return plan.statistics
    },
    forget: () => plan.forget(),
    stop: async () => {
      const closed = new Promise((done) => listener.close(done))
      for (const connection of connections) connection.cut()
      await closed
    },
  }
}

async function primaryOf(uri: string): Promise<{ host: string; port: number }> {
  const client = new MongoClient(uri)
  try {
    const { primary } = await client.db('admin').command({ hello: 1 })
    const address = typeof primary === 'string' ? primary : String(client.options.hosts[0])
    const { hostname: host, port } = new URL(`tcp://${address}`)
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port || '27017') }
  } finally {
    await client.close()
  }
}

/** The same user and options at the proxy's address. */
function through(target: string, port: number, database: string): string {
  const [, user = '', query = ''] = /^mongodb:\/\/([^@/]*@)?[^/?]*(?:\/[^?]*)?(?:\?(.*))?$/.exec(target) ?? []
  const options = new URLSearchParams(query)
  for (const name of ['replicaSet', 'compressors']) options.delete(name)
  options.set('directConnection', 'true')
  return `mongodb://${user}127.0.0.1:${port.toString()}/${database}?${options.toString()}`
}
