import autocannon from 'autocannon'
import type { Deployment } from './deployments.js'

const CONNECTIONS = 32

/** Tokens per second that the client gets for itself, in `seconds` of 32 requests at a time. Throws when one is refused. */
export async function clientCredentials({ address, clientId, secret, scope }: Deployment, seconds: number): Promise<number> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret, scope }
  const result = await autocannon({
    url: `${address}/token`,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const failed = result.errors + result.non2xx
  if (failed > 0 || result['2xx'] === 0) throw new Error(`${address}/token refused ${failed} of ${result.requests.sent} requests`)
  return result['2xx'] / result.duration
}
