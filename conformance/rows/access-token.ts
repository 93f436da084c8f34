import { readJwt, type Jwt } from '../jwt.js'
import type { Row } from '../row.js'
import { clientTokens, freshTokens, mustBeTokens } from '../tokens.js'
import { must } from '../verdict.js'
import type { World } from '../world.js'

const TEXTS = ['iss', 'sub', 'client_id', 'jti'] as const
const PRIVATE = /^(e-?mail|name|given_name|family_name|preferred_username|nickname|phone_number|address|birthdate|passw.*|sid|session.*)$/i

const jwtOf = async (world: World): Promise<Jwt> => readJwt((await freshTokens(world, world.confidential)).accessToken)

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

export const accessTokenRows: readonly Row[] = [
  {
    id: 'AT-001',
    clause: 'RFC9068 §2.1',
    severity: 'High',
    title: 'the header says what it is and who signed it',
    check: async (world) => {
      const { header } = await jwtOf(world)
      must(/^(application\/)?at\+jwt$/i.test(String(header['typ'])), `typ is ${String(header['typ'])}`)
      must(/^(ES|RS|PS)\d{3}$|^Ed/.test(String(header['alg'])), `alg is ${String(header['alg'])}`)
      must(isText(header['kid']), 'there is no kid')
    },
  },
  {
    id: 'AT-002',
    clause: 'RFC9068 §2.2',
    severity: 'High',
    title: 'the seven claims are there with their JSON types',
    check: async (world) => {
      const { claims } = await jwtOf(world)
      for (const name of TEXTS) must(isText(claims[name]), `${name} is ${JSON.stringify(claims[name])}`)
      for (const name of ['exp', 'iat']) must(Number.isInteger(claims[name]), `${name} is ${JSON.stringify(claims[name])}`)
      const { aud, iss } = claims
      must(isText(aud) || (Array.isArray(aud) && aud.length > 0 && aud.every(isText)), `aud is ${JSON.stringify(aud)}`)
      must(iss === world.issuer, `iss is ${JSON.stringify(iss)}`)
    },
  },
  {
    id: 'AT-006',
    clause: 'RFC9068 §2.2; RFC6749 §5.1',
    severity: 'Medium',
    title: 'exp, iat and expires_in agree',
    check: async (world) => {
      const { accessToken, body } = await freshTokens(world, world.confidential)
      const { claims } = readJwt(accessToken)
      const [exp, iat] = [Number(claims['exp']), Number(claims['iat'])]
      must(Math.abs(exp - iat - Number(body['expires_in'])) <= 2, `exp - iat is ${exp - iat}, expires_in ${String(body['expires_in'])}`)
      must(iat <= world.timing.now() / 1000 + 2, 'iat is in the future')
    },
  },
  {
    id: 'AT-007',
    clause: 'RFC9068 §2.2',
    severity: 'Medium',
    title: 'the subject of client_credentials is the client',
    check: async (world) => {
      const { claims } = readJwt(mustBeTokens(await clientTokens(world)).accessToken)
      must(claims['sub'] === world.confidential.id, `sub is ${JSON.stringify(claims['sub'])}`)
    },
  },
  {
    id: 'AT-008',
    clause: 'RFC9068 §6',
    severity: 'Medium',
    title: 'nothing about the person is in it that nobody asked for',
    check: async (world) => {
      const { claims, signed } = await jwtOf(world)
      const found = Object.keys(claims).filter((name) => PRIVATE.test(name))
      must(found.length === 0, `it has ${found.join(', ')}`)
      must(
        !/\$argon2|\$2[aby]\$/.test(Buffer.from(signed.toString().split('.')[1] ?? '', 'base64url').toString()),
        'it has a password hash',
      )
    },
  },
]
