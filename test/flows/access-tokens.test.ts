import { expect } from 'chai'
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, introspect, redeem, revoke } from '../support/visitor.js'

const API = 'https://api.test/'
const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

onEachStore('access tokens', (store) => {
  let server: TestServer
  let client: ClientWithSecret
  before(async () => {
    server = await store.start()
    await server.administering.createResource({ uri: API, name: 'API', scopes: [] }, { requestId: 'test', address: 'cli' })
    client = await server.client()
  })
  after(() => server.stop())

  const published = async (): Promise<JSONWebKeySet> =>
    (await (await fetch(`${server.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
  const aToken = async (): Promise<string> =>
    String((await redeem(server.issuer, client, await freshCode(server.issuer, client))).body['access_token'])
  const isActive = async (token: string) => (await introspect(server.issuer, client, token)).body['active']

  it('RFC 9068 §2.1: ES256 is the one algorithm of tokens and keys, and no key is shared', async () => {
    const own = await askToken(server.issuer, client, { grant_type: 'client_credentials' })
    for (const token of [await aToken(), String(own.body['access_token'])]) expect(decodeProtectedHeader(token).alg).to.equal('ES256')
    for (const key of (await published()).keys) expect([key.kty, key.alg]).to.deep.equal(['EC', 'ES256'])
  })

  it('RFC 8725 §2.1, §3.1: a token without signature, of another algorithm or under another key is nothing here', async () => {
    const genuine = await aToken()
    const [, payload = ''] = genuine.split('.')
    const { kid } = decodeProtectedHeader(genuine)
    const { alg: _, ...jwk } = (await published()).keys.find((key) => key.kid === kid)!
    const pem = createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const { privateKey: foreign } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const signed = (header: object, signature: (input: string) => Buffer): string => {
      const input = `${segment(header)}.${payload}`
      return `${input}.${signature(input).toString('base64url')}`
    }
    const typ = 'at+jwt'
    const ecdsa = (input: string) => sign('sha256', Buffer.from(input), { key: foreign, dsaEncoding: 'ieee-p1363' })
    const hmac = (secret: string | Buffer) => (input: string) => createHmac('sha256', secret).update(input).digest()
    const forged = [
      signed({ alg: 'none', typ, kid }, () => Buffer.alloc(0)),
      signed({ alg: 'NONE', typ, kid }, () => Buffer.alloc(64)),
      signed({ alg: 'ES256', typ, kid }, () => Buffer.alloc(64)),
      signed({ alg: 'HS256', typ, kid }, hmac(pem)),
      signed({ alg: 'HS256', typ, kid }, hmac(client.secret ?? '')),
      signed({ alg: 'RS256', typ, kid }, (input) => sign('sha256', Buffer.from(input), rsa)),
      signed({ alg: 'ES256', typ, kid }, ecdsa),
      signed({ alg: 'ES256', typ, kid: 'another' }, ecdsa),
      signed({ alg: 'ES256', typ }, ecdsa),
      signed({ alg: 'ES256', typ, kid, jwk: createPublicKey(foreign).export({ format: 'jwk' }) }, ecdsa),
      signed({ alg: 'ES256', typ: 'JWT', kid }, ecdsa),
    ]
    for (const token of forged) {
      expect(await isActive(token), JSON.stringify(decodeProtectedHeader(token))).to.equal(false)
      expect((await revoke(server.issuer, client, token)).body).to.deep.equal({})
    }
    expect(await isActive(genuine), 'no forgery revoked it').to.equal(true)
  })

  it('RFC 9068 §2.2.3: say no more than is approved, and each has an id of its own', async () => {
    const tokens = [await aToken(), await aToken()].map((token) => decodeJwt(token))
    expect(new Set(tokens.map(({ jti }) => jti)).size).to.equal(2)
    for (const claims of tokens) {
      const members = ['iss', 'sub', 'aud', 'client_id', 'scope', 'iat', 'exp', 'jti', 'auth_time', 'amr']
      expect(claims).to.have.all.keys(...members)
      expect(claims).to.include({ iss: server.issuer, aud: server.issuer, client_id: client.client.id, scope: 'read' })
    }
  })

  it('INT-010 RFC 7662 §2.2: one that was revoked is inactive to its resource server too, and no other one is', async () => {
    const rs = await server.client({ redirectUris: [], grants: [], scopes: [], defaultScopes: [], resourceServerFor: [API] })
    const of = await server.client({ resources: [API] })
    const ask = async () =>
      String((await askToken(server.issuer, of, { grant_type: 'client_credentials', resource: API })).body['access_token'])
    const [revoked, other] = [await ask(), await ask()]
    expect((await revoke(server.issuer, of, revoked)).status).to.equal(200)
    expect((await introspect(server.issuer, rs, revoked)).body).to.deep.equal({ active: false })
    expect((await introspect(server.issuer, rs, other)).body).to.include({ active: true, sub: of.client.id, aud: API })
  })
})
