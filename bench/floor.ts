import { createHash, generateKeyPairSync, randomBytes, sign, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import Koa from 'koa'

// The least that can be called a token endpoint: what a server does beyond this is its own doing.

const [port = '', secretHash = ''] = process.argv.slice(2)
const expected = Buffer.from(secretHash, 'base64url')
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const HEADER = segment({ alg: 'ES256', typ: 'at+jwt', kid: 'floor' })
const TTL_SECONDS = 600

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  return new URLSearchParams(Buffer.concat(chunks).toString())
}

function accessToken(clientId: string, scope: string): string {
  const iat = Math.floor(Date.now() / 1000)
  const subject = { iss: 'http://floor.test', sub: clientId, aud: 'http://floor.test', client_id: clientId, scope }
  const input = `${HEADER}.${segment({ ...subject, iat, exp: iat + TTL_SECONDS, jti: randomBytes(16).toString('base64url') })}`
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

const app = new Koa()
app.use(async (context) => {
  if (context.method !== 'POST' || context.path !== '/token') return
  const form = await readForm(context.req)
  const digest = createHash('sha256')
    .update(form.get('client_secret') ?? '')
    .digest()
  if (!timingSafeEqual(digest, expected)) return context.throw(401)
  const scope = form.get('scope') ?? ''
  context.body = { access_token: accessToken(form.get('client_id') ?? '', scope), token_type: 'Bearer', expires_in: TTL_SECONDS, scope }
})
app.listen(Number(port), '127.0.0.1')
