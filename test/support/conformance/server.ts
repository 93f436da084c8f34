import type { Target, Timing } from '../../../conformance/target.js'
import type { ClientDraft } from '../../../ports/for-administering.js'
import { freePort, PASSWORD, startTestServer, type TestServer } from '../server.js'
import type { Certificate } from './certificate.js'
import { startFront, type Meddling } from './front.js'

export interface ConformanceServer {
  readonly issuer: string
  readonly timing: Timing
  /** The one behind the front. */
  readonly inner: TestServer
  /** Two clients of its own, and alice. */
  target(redirectUri2?: string): Promise<Target>
  /** From now on the front does this; undefined is an honest front. */
  meddle(meddling: Meddling | undefined): void
  stop(): Promise<void>
}

export const REDIRECT_URI = 'https://rp.test/cb'
export const LOOPBACK_URI = 'http://127.0.0.1/cb'

/**
 * Portcullis on memory, with a clock that only `timing` moves, behind a front that may meddle. `path` is the issuer's; with a certificate for
 * localhost the front is a proxy that ends TLS.
 */
export async function startConformanceServer(path = '', certificate?: Certificate): Promise<ConformanceServer> {
  const [port, inner] = [await freePort(), await freePort()]
  const issuer = `${certificate ? 'https' : 'http'}://localhost:${port}${path}`
  let now = Date.now()
  const attempts = { LOGIN_ATTEMPTS: '100000', CLIENT_ATTEMPTS: '100000' }
  const proxied = { TRUST_PROXY: certificate ? '1' : '0' }
  const settings = { STORE: 'memory:', ISSUER: issuer, PORT: inner.toString(), ...attempts, ...proxied }
  const server = await startTestServer(settings, undefined, { now: () => new Date(now) })
  const front = await startFront(port, inner, certificate)
  const register = (redirectUri: string, draft: Partial<ClientDraft> = {}) => server.client({ redirectUris: [redirectUri], ...draft })
  return {
    issuer,
    inner: server,
    timing: {
      now: () => now,
      wait: async (ms) => {
        now += ms
      },
    },
    target: async (redirectUri2 = LOOPBACK_URI) => {
      const one = await register(REDIRECT_URI)
      const other = await register(redirectUri2, { authMethod: 'none', grants: ['authorization_code', 'refresh_token'] })
      return {
        issuer,
        client: { id: one.client.id, secret: one.secret ?? '' },
        client2: { id: other.client.id },
        redirectUri: REDIRECT_URI,
        redirectUri2,
        user: 'alice',
        password: PASSWORD,
        samples: 60,
        codeTtlMs: 60_000,
      }
    },
    meddle: (meddling) => front.meddle(meddling),
    stop: async () => {
      front.stop()
      await server.stop()
    },
  }
}
