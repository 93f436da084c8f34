import { mediaType, members } from '../answers.js'
import { send } from '../browser.js'
import { isSignedBy, publishedKeys, readJwt, type Jwk } from '../jwt.js'
import type { Row } from '../row.js'
import { freshTokens } from '../tokens.js'
import { must } from '../verdict.js'
import { optional } from '../world.js'

const BASE64URL = /^[A-Za-z0-9_-]+$/
const NUMBERS: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['x', 'y'], OKP: ['x'] }

function mustBeSigningKey(key: Jwk): void {
  const { kty, kid, use, key_ops: operations, alg, n, crv } = key
  must(typeof kty === 'string' && kty in NUMBERS, `kty is ${JSON.stringify(kty)}`)
  must(typeof kid === 'string' && kid !== '', 'a key has no kid')
  must(use === 'sig' || (Array.isArray(operations) && operations.includes('verify')), `${kid} is not said to be for signatures`)
  must(typeof alg === 'string', `${kid} has no alg`)
  for (const name of NUMBERS[kty] ?? []) {
    const number = key[name]
    must(typeof number === 'string' && BASE64URL.test(number), `${name} of ${kid} is not base64url without padding`)
  }
  if (kty === 'RSA') must(Buffer.from(String(n), 'base64url').length >= 256, `${kid} has less than 2048 bits`)
  else must(typeof crv === 'string', `${kid} has no crv`)
}

export const jwksRows: readonly Row[] = [
  {
    id: 'JWKS-001',
    clause: 'RFC8414 §2; RFC7517 §5, §8.5',
    severity: 'High',
    title: 'the keys are a JWK set',
    check: async (world) => {
      const answer = await send(optional(world, 'jwks_uri'))
      must(answer.status === 200, `it answers ${answer.status}`)
      must(['application/json', 'application/jwk-set+json'].includes(mediaType(answer)), `it is ${mediaType(answer)}`)
      const { keys } = members(answer)
      must(Array.isArray(keys) && keys.length > 0, 'there is no key')
    },
  },
  {
    id: 'JWKS-003',
    clause: 'RFC7517 §4; RFC9700 §2.6',
    severity: 'High',
    title: 'every key says what it is and is strong enough',
    check: async (world) => {
      const keys = await publishedKeys(world)
      keys.forEach(mustBeSigningKey)
      must(new Set(keys.map(({ kid }) => kid)).size === keys.length, 'two keys have the same kid')
    },
  },
  {
    id: 'JWKS-004',
    clause: 'RFC7515 §4.1.4; RFC9068 §4',
    severity: 'Critical',
    title: 'the key that a token names is the one that signed it',
    check: async (world) => {
      const jwt = readJwt((await freshTokens(world, world.confidential)).accessToken)
      const keys = (await publishedKeys(world)).filter(({ kid }) => kid === jwt.header['kid'])
      const [key] = keys
      must(keys.length === 1 && key !== undefined, `${keys.length} keys have the kid of the token`)
      must(key['alg'] === jwt.header['alg'], `the key is for ${String(key['alg'])}, the token says ${String(jwt.header['alg'])}`)
      must(isSignedBy(jwt, key), 'the signature does not hold')
    },
  },
  {
    id: 'JWKS-006',
    clause: 'OAuth2.1-16 §3.2',
    severity: 'Low',
    title: 'scripts of any origin may read them',
    check: async (world) => {
      const { headers } = await send(optional(world, 'jwks_uri'), { headers: { origin: 'https://spa.test' } })
      must(headers.get('access-control-allow-origin') === '*', 'Access-Control-Allow-Origin is not *')
    },
  },
]
