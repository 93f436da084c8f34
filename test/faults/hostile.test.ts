import { expect } from 'chai'
import { request } from 'node:http'
import { startTestServer, type TestServer } from '../support/server.js'

const REQUESTS = 2000
const AT_ONCE = 20

/** A small seeded generator (mulberry32), so that a failure can be run again. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const METHODS = ['GET', 'POST', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND']
const PATHS = [
  '/authorize',
  '/login',
  '/logout',
  '/scopes',
  '/account',
  '/account/apps/revoke',
  '/token',
  '/token/',
  '//token',
  '/Token',
  '/%74oken',
  '/token;x=1',
  '/.well-known/oauth-authorization-server',
  '/.well-known/jwks.json',
  '/demo',
  '/demo/callback',
  '/demo/refresh',
  '/assets/portcullis.css',
  '/assets/../package.json',
  '/assets/%2e%2e/package.json',
  '/assets/%00',
  '/%',
  '/%ff',
  '/nope',
  '/',
  '/authorize/%c0%ae',
]
const NAMES = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'grant_type',
  'code',
  'code_verifier',
  'refresh_token',
  'client_secret',
  'resource',
  'flow',
  'username',
  'password',
  '_csrf',
  'decision',
  'request',
  'response_mode',
  '__proto__',
  'constructor',
  'scope[]',
  'state[x]',
  '__proto__[admin]',
  'constructor[prototype][x]',
  'client_id[$ne]',
  'audience',
  'error',
]
const VALUES = [
  '',
  'code',
  'S256',
  'plain',
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'read',
  ' read',
  'read  write',
  'admin',
  'allow',
  'deny',
  '%00',
  '%0d%0aSet-Cookie:x=1',
  '%ff%fe',
  '%zz',
  '%',
  '%ed%a0%80',
  "' OR 1=1--",
  '../../x',
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  '{{7*7}}',
  '#{7*7}',
  'x'.repeat(5000),
  'https://rp.test/cb',
  'https://evil.test/cb',
  'http://127.0.0.1:99999/',
  'javascript:alert(1)',
  '\u202e',
  '%F0%9F%92%A9',
  'pc_ac_' + 'A'.repeat(64),
  'pc_rt_' + '_'.repeat(72),
  'A'.repeat(43),
  '-1',
  '1e999',
  'null',
  'undefined',
  '[object Object]',
]
const TYPES = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-8',
  'application/x-www-form-urlencoded; charset=utf-7',
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
  'application/x-www-form-urlencoded;;;=',
]
const AUTHORIZATIONS = [
  '',
  'Basic',
  'Basic !!!',
  'Basic bm9jb2xvbg==',
  'basic JXp6Ong=',
  'Bearer x',
  'Basic ' + 'A'.repeat(8000),
  'Digest a=b',
  'Basic //8=',
]
const COOKIES = [
  '',
  'portcullis=x',
  'portcullis=' + 'A'.repeat(43),
  'portcullis-browser=' + 'z'.repeat(43),
  'portcullis=%ff',
  'portcullis==;;;=',
  'portcullis-demo=x',
]

interface Hostile {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

function hostile(random: () => number, clientId: string): Hostile {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? ''
  const pairs = Array.from({ length: Math.floor(random() * 9) }, () => `${pick(NAMES)}=${random() < 0.2 ? clientId : pick(VALUES)}`).join(
    '&',
  )
  const method = pick(METHODS)
  const query = random() < 0.5 ? `?${pairs}`.replaceAll(/[^\x21-\x7e]/g, '%20') : ''
  const headers: Record<string, string> = { 'content-type': pick(TYPES), authorization: pick(AUTHORIZATIONS), cookie: pick(COOKIES) }
  if (random() < 0.2) headers['content-encoding'] = 'gzip'
  if (random() < 0.2) headers['x-forwarded-for'] = '1.2.3.4, <script>'
  if (random() < 0.2) headers['x-forwarded-host'] = 'evil.test'
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
  return { method, path: pick(PATHS) + query, headers: sent, body: ['POST', 'PUT', 'PATCH'].includes(method) ? pairs : '' }
}

function send(issuer: string, { method, path, headers, body }: Hostile): Promise<number> {
  const { hostname, port } = new URL(issuer)
  return new Promise((settled, failed) => {
    const sent = request({ hostname, port, method, path, headers, agent: false, timeout: 5_000 }, (response) => {
      response.resume()
      response.on('end', () => {
        settled(response.statusCode ?? 0)
      })
    })
    sent.on('timeout', () => sent.destroy(new Error('hangs')))
    sent.on('error', failed)
    sent.end(body)
  })
}

describe('hostile requests', function () {
  this.timeout(120_000)
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.stop())

  it(`CODE-008 AUTHZ-029 AUTHZ-030 TOKEN-016: ${REQUESTS.toString()} seeded requests give no 5xx, no hang, no row`, async () => {
    const { client } = await server.client()
    const random = generator(20_261)
    const requests = Array.from({ length: REQUESTS }, () => hostile(random, client.id))
    const before = await server.storage.maintenance.status()
    const bad: string[] = []
    const queue = requests[Symbol.iterator]()
    const worker = async (): Promise<void> => {
      for (const one of queue) {
        const status = await send(server.issuer, one).catch((error: unknown) => String(error))
        if (typeof status !== 'number' || status >= 500) bad.push(`${String(status)} ${JSON.stringify(one).slice(0, 400)}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    expect(bad).to.deep.equal([])
    expect((await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).status).to.equal(200)
    const after = await server.storage.maintenance.status()
    expect({ ...after.rows, flows: 0 }).to.deep.equal({ ...before.rows, flows: 0 })
    expect((after.rows['flows'] ?? 0) - (before.rows['flows'] ?? 0)).to.be.lessThan(50)
    expect(({} as Record<string, unknown>)['admin']).to.equal(undefined)
  })
})
