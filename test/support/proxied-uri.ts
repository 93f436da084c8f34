import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** Has a proxy listen; the address of the database behind it, by way of the proxy. */
export async function proxiedUri(proxy: Server, target: string): Promise<string> {
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const own = new URL(target)
  own.port = (proxy.address() as AddressInfo).port.toString()
  // Otherwise the driver would go to the address that the server gives as its own.
  own.searchParams.set('directConnection', 'true')
  return own.href
}
