import { createHash, createPrivateKey, createPublicKey, generateKeyPair, sign, verify, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyId } from '../../domain/ids.js'
import type { PublicJwk } from '../../domain/signing-key.js'
import type { AccessTokenClaims, KeyPair, OpenedKey, TokenSigner } from '../../ports/token-signer.js'

const makeKeyPair = promisify(generateKeyPair)

export class NodeTokenSigner implements TokenSigner {
  readonly #publicKeys = new PublicKeys()

  async generate(): Promise<KeyPair> {
    const { publicKey, privateKey } = await makeKeyPair('ec', { namedCurve: 'P-256' })
    const publicJwk = publicJwkOf(publicKey)
    return { kid: thumbprint(publicJwk), publicJwk, privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }) }
  }

  open(kid: KeyId, privateKey: Uint8Array): OpenedKey {
    const key = importP256(kid, privateKey)
    const header = segment({ alg: 'ES256', typ: 'at+jwt', kid })
    return {
      // Synchronous on purpose: it takes less time than a turn through the thread pool, where password hashing waits.
      sign: async (claims: AccessTokenClaims) => {
        const input = `${header}.${segment(claims)}`
        const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
        return `${input}.${signature.toString('base64url')}`
      },
    }
  }

  verify(token: string, keyOf: (kid: KeyId) => PublicJwk | undefined): AccessTokenClaims | undefined {
    const [, header = '', payload = '', mac = ''] = token.length > MAX_LENGTH ? [] : (FORM.exec(token) ?? [])
    const { typ, alg, kid } = jsonOf(header)
    const jwk = typ === 'at+jwt' && alg === 'ES256' && typeof kid === 'string' ? keyOf(kid as KeyId) : undefined
    const signature = bytesOf(mac)
    if (jwk === undefined || signature === undefined) return undefined
    const key = { key: this.#publicKeys.open(jwk), dsaEncoding: 'ieee-p1363' as const }
    // What we signed has the form that we gave it.
    return verify('sha256', Buffer.from(`${header}.${payload}`), key, signature)
      ? (jsonOf(payload) as unknown as AccessTokenClaims)
      : undefined
  }
}

/** As much as a form can carry: a token of many scopes is long, and is to be taken back all the same. */
const MAX_LENGTH = 16_384
const FORM = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/

/** Opened once: the same few keys verify everything. */
class PublicKeys {
  readonly #opened = new Map<string, KeyObject>()

  open(jwk: PublicJwk): KeyObject {
    const name = `${jwk.x}.${jwk.y}`
    const known = this.#opened.get(name)
    if (known !== undefined) return known
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
    this.#opened.set(name, key)
    return key
  }
}

/** The bytes, unless another text would give the same ones. */
function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytesOf(text)?.toString() ?? '')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function publicJwkOf(publicKey: KeyObject): PublicJwk {
  const { x, y } = publicKey.export({ format: 'jwk' })
  if (x === undefined || y === undefined) throw new TypeError('an EC key without coordinates')
  return { kty: 'EC', crv: 'P-256', x, y }
}

/** RFC 7638 §3: the required members in lexicographic order, without white space. */
const thumbprint = ({ crv, kty, x, y }: PublicJwk): KeyId =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url') as KeyId

function importP256(kid: KeyId, privateKey: Uint8Array): KeyObject {
  const key = parsePkcs8(kid, privateKey)
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError(`the signing key ${kid} is not a P-256 key`)
  return key
}

function parsePkcs8(kid: KeyId, privateKey: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw new TypeError(`the signing key ${kid} is not a PKCS #8 private key`, { cause })
  }
}
