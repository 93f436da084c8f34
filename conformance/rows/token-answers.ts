import { members, mustBeJsonError, parseJson } from '../answers.js'
import type { Answer } from '../browser.js'
import { readJwt } from '../jwt.js'
import { mustBeUnguessable } from '../randomness.js'
import type { Row } from '../row.js'
import { basic, freshLineage, freshTokens, mustBeTokens, post, refresh, token } from '../tokens.js'
import { must, Skipped } from '../verdict.js'
import { optional, type World } from '../world.js'

const MAX_EXPIRES_IN = 3600

/** As many access tokens and refresh tokens as there are samples. */
async function collect(world: World): Promise<{ access: string[]; refreshing: string[] }> {
  const party = world.publicClient
  const [access, refreshing]: [string[], string[]] = [[], []]
  let { refreshToken } = await freshLineage(world, party)
  for (let n = 0; n < world.target.samples; n++) {
    const next = mustBeTokens(await refresh(world, party, refreshToken))
    access.push(next.accessToken)
    if (next.refreshToken === undefined || next.refreshToken === refreshToken) continue
    refreshToken = next.refreshToken
    refreshing.push(refreshToken)
  }
  return { access, refreshing }
}

/** jti of a JWT; the signature of one may well differ where the token is the same. */
function jtiOf(accessToken: string): unknown {
  try {
    return readJwt(accessToken).claims['jti']
  } catch (error) {
    if (error instanceof Skipped) return undefined
    throw error
  }
}

const isJson = ({ headers, text }: Answer): boolean =>
  (headers.get('content-type') ?? '').startsWith('application/json') && parseJson(text) !== undefined

export const tokenAnswerRows: readonly Row[] = [
  {
    id: 'TOKEN-011',
    clause: 'RFC6749 §5.1; OAuth2.1-16 §3.2.3; MCP conformance',
    severity: 'High',
    title: 'tokens have the headers of a secret',
    check: async (world) => {
      const { answer } = await freshTokens(world, world.confidential)
      const { headers, setCookies } = answer
      must(!headers.has('etag'), 'there is an ETag')
      must(setCookies.length === 0, 'there is a cookie')
      must(headers.get('x-content-type-options') === 'nosniff', 'X-Content-Type-Options is not nosniff')
    },
  },
  {
    id: 'TOKEN-012',
    clause: 'RFC6749 §5.1',
    severity: 'Critical',
    title: 'the members have their JSON types',
    check: async (world) => {
      for (const party of [world.confidential, world.publicClient]) {
        const { body } = await freshTokens(world, party)
        must(/^(bearer|dpop)$/i.test(String(body['token_type'])), `token_type is ${String(body['token_type'])}`)
        for (const [name, value] of Object.entries(body)) must(value !== null, `${name} is null`)
      }
    },
  },
  {
    id: 'TOKEN-018',
    clause: 'OAuth2.1-16 §3.2',
    severity: 'Medium',
    title: 'errors too may be read by scripts of other origins',
    check: async (world) => {
      const headers = { origin: 'https://spa.test' }
      const stranger = { headers, authorization: basic('conformance-nobody', 'x'.repeat(32)) }
      for (const answer of [
        await token(world, world.publicClient, { grant_type: 'foo' }, { headers }),
        await token(world, world.confidential, { grant_type: 'client_credentials' }, stranger),
      ]) {
        must(answer.status === 400 || answer.status === 401, `it answers ${answer.status}`)
        const allowed = answer.headers.get('access-control-allow-origin')
        must(allowed === '*' || allowed === headers.origin, `${answer.status} has no Access-Control-Allow-Origin`)
      }
    },
  },
  {
    id: 'TOKEN-019',
    clause: 'RFC6749 §5.1, §5.2',
    severity: 'Low',
    title: 'the answer is JSON whatever Accept says',
    check: async (world) => {
      const headers = { accept: 'text/html', 'accept-language': 'zh' }
      const error = await token(world, world.confidential, { grant_type: 'foo' }, { headers })
      mustBeJsonError(error, [400], ['unsupported_grant_type'])
      const { refreshToken } = await freshLineage(world, world.publicClient)
      must(isJson(await refresh(world, world.publicClient, refreshToken, {}, { headers })), 'the tokens are not JSON')
    },
  },
  {
    id: 'TOKEN-023',
    clause: 'RFC6749 §10.10; OAuch AccessTokenEntropy*/RefreshTokenEntropy*',
    severity: 'Critical',
    title: 'tokens are unique and cannot be guessed',
    check: async (world) => {
      const { access, refreshing } = await collect(world)
      mustBeUnguessable(access, 'access tokens')
      const ids = access.map(jtiOf).filter((jti) => jti !== undefined)
      must(new Set(ids).size === ids.length, 'two access tokens have the same jti')
      if (refreshing.length > 0) mustBeUnguessable(refreshing, 'refresh tokens')
    },
  },
  {
    id: 'TOKEN-024',
    clause: 'RFC9700 §2.2; MCP Token Theft; OAuch TokenTimeout',
    severity: 'Medium',
    title: 'access tokens are short-lived',
    check: async (world) => {
      const { accessToken, body } = await freshTokens(world, world.confidential)
      const expiresIn = Number(body['expires_in'])
      must(expiresIn <= MAX_EXPIRES_IN, `expires_in is ${expiresIn}`)
      if (world.metadata['introspection_endpoint'] === undefined) return
      const { exp } = members(await post(optional(world, 'introspection_endpoint'), world.confidential, { token: accessToken }))
      const apart = Number(exp) - expiresIn - world.timing.now() / 1000
      must(Math.abs(apart) <= 2, `introspection says ${Math.round(apart)} s more`)
    },
  },
]
