import { createHash, createPrivateKey, generateKeyPair, sign, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyId } from '../../domain/ids.js'
import type { PublicJwk } from '../../domain/signing-key.js'
import type { AccessTokenClaims, KeyPair, OpenedKey, TokenSigner } from '../../ports/token-signer.js'

const makeKeyPair = promisify(generateKeyPair)

export class NodeTokenSigner implements TokenSigner {
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
