import { createPublicKey, verify, type JsonWebKey } from 'node:crypto'
import { isRecord, members, parseJson } from './answers.js'
import { send } from './browser.js'
import { must, Skipped } from './verdict.js'
import { optional, type World } from './world.js'

export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly signed: Buffer
  readonly signature: Buffer
}

const part = (text: string): unknown => parseJson(Buffer.from(text, 'base64url').toString())

/** An access token that says what it holds; one that does not is nobody's business but the server's. */
export function readJwt(token: string): Jwt {
  const [head = '', payload = '', signature, ...more] = token.split('.')
  const [header, claims] = [part(head), part(payload)]
  if (!isRecord(header) || !isRecord(claims) || signature === undefined || more.length > 0) throw new Skipped('access tokens are opaque')
  return { header, claims, signed: Buffer.from(`${head}.${payload}`), signature: Buffer.from(signature, 'base64url') }
}

export type Jwk = Readonly<Record<string, unknown>>

export async function publishedKeys(world: World): Promise<readonly Jwk[]> {
  const { keys } = members(await send(optional(world, 'jwks_uri')))
  must(Array.isArray(keys) && keys.length > 0 && keys.every(isRecord), 'the JWKS has no list of keys')
  return keys
}

const HASHES: Readonly<Record<string, string | null>> = {
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  RS256: 'sha256',
  RS384: 'sha384',
  RS512: 'sha512',
  EdDSA: null,
  Ed25519: null,
}

export function isSignedBy({ signed, signature }: Jwt, jwk: Jwk): boolean {
  const hash = HASHES[String(jwk['alg'])]
  must(hash !== undefined, `the key's algorithm ${String(jwk['alg'])} is not one that can be checked here`)
  const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
