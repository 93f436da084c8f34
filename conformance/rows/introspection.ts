import { isDeepStrictEqual } from 'node:util'
import { mediaType, members, mustBeJsonError, mustNotBeCached, said } from '../answers.js'
import type { Party } from '../ask.js'
import type { Answer } from '../browser.js'
import { readJwt } from '../jwt.js'
import type { Row } from '../row.js'
import { basic, freshTokens, post, type Deviation } from '../tokens.js'
import { must } from '../verdict.js'
import { optional, type World } from '../world.js'
import { WRONG_SECRET } from './client-authentication.js'

const inspect = (world: World, party: Party, token: string, deviation?: Deviation): Promise<Answer> =>
  post(optional(world, 'introspection_endpoint'), party, { token }, deviation)

const SAME = ['iss', 'sub', 'aud', 'client_id', 'scope', 'exp'] as const

export const introspectionRows: readonly Row[] = [
  {
    id: 'INT-001',
    clause: 'RFC7662 §2.2',
    severity: 'Critical',
    title: 'a live access token is described with the right JSON types',
    check: async (world) => {
      const { accessToken } = await freshTokens(world, world.confidential)
      const answer = await inspect(world, world.confidential, accessToken)
      must(answer.status === 200 && mediaType(answer) === 'application/json', `it answers ${said(answer)}`)
      mustNotBeCached(answer)
      const body = members(answer)
      must(body['active'] === true, `active is ${JSON.stringify(body['active'])}`)
      for (const name of ['scope', 'client_id', 'sub']) must(typeof body[name] === 'string', `${name} is ${JSON.stringify(body[name])}`)
      for (const name of ['exp', 'iat']) must(Number.isInteger(body[name]), `${name} is ${JSON.stringify(body[name])}`)
      must(body['iss'] === world.issuer, `iss is ${JSON.stringify(body['iss'])}`)
      must(body['aud'] !== undefined, 'there is no aud')
      must(body['token_type'] === 'Bearer', `token_type is ${JSON.stringify(body['token_type'])}`)
      for (const [name, value] of Object.entries(body)) must(value !== null, `${name} is null`)
    },
  },
  {
    id: 'INT-004',
    clause: 'RFC7662 §2.1, §2.3',
    severity: 'Critical',
    title: 'who is not proved is told nothing',
    check: async (world) => {
      const { accessToken } = await freshTokens(world, world.confidential)
      const wrong = { authorization: basic(world.confidential.id, WRONG_SECRET) }
      mustBeJsonError(await inspect(world, world.confidential, accessToken, wrong), [401], ['invalid_client'])
      const { status, ...rest } = await inspect(world, world.publicClient, accessToken)
      must(status === 401 || status === 403, `a public client gets ${said({ status, ...rest })}`)
    },
  },
  {
    id: 'INT-011',
    clause: 'RFC9068 §2.2; RFC7662 §2.2',
    severity: 'Medium',
    title: 'it says what the token says',
    check: async (world) => {
      const { accessToken } = await freshTokens(world, world.confidential)
      const { claims } = readJwt(accessToken)
      const body = members(await inspect(world, world.confidential, accessToken))
      for (const name of SAME) {
        const [one, other] = [claims[name], body[name]]
        must(isDeepStrictEqual(one, other), `${name} is ${JSON.stringify(one)} in the token, ${JSON.stringify(other)} here`)
      }
    },
  },
]
