import { gzipSync } from 'node:zlib'
import { mustBeJsonError, said } from '../answers.js'
import { send } from '../browser.js'
import { metadataUrl } from '../open-world.js'
import type { Row } from '../row.js'
import { post, token } from '../tokens.js'
import { must } from '../verdict.js'
import type { World } from '../world.js'

const BOMB_BYTES = 10_000_000
const TRACE = /\n\s+at |node_modules|\/(home|usr|srv|app|opt)\/|\.(ts|js|py|java|go|rb):\d+/

/** An endpoint and a method that it cannot have. */
const wrongMethods = (world: World): readonly (readonly [string, string])[] => {
  const { jwks_uri: jwks, revocation_endpoint: revocation, introspection_endpoint: introspection } = world.metadata
  const backChannels = [world.tokenEndpoint, revocation, introspection].map((url) => ['GET', url] as const)
  const documents = [metadataUrl(world.issuer), jwks].map((url) => ['POST', url] as const)
  return [...backChannels, ...documents, ['PUT', world.authorizationEndpoint] as const].filter(
    (one): one is readonly ['GET' | 'POST' | 'PUT', string] => typeof one[1] === 'string',
  )
}

/** Other spellings of a path. */
function spellings(url: string): readonly string[] {
  const { origin, pathname } = new URL(url)
  const last = pathname.lastIndexOf('/') + 1
  const [before, name] = [pathname.slice(0, last), pathname.slice(last)]
  const encoded = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`
  const upper = name.slice(0, 1).toUpperCase() + name.slice(1)
  return [`/${pathname}`, `${pathname}/`, before + upper, before + encoded, `${pathname};x=1`].map((path) => origin + path)
}

export const errorRows: readonly Row[] = [
  {
    id: 'ERR-001',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'Low',
    title: 'what is not there is 404 and says nothing about the server',
    check: async (world) => {
      const { status, headers, text } = await send(`${world.issuer}/nope`)
      must(status === 404, `it answers ${status}`)
      must(!TRACE.test(text), 'it shows a stack trace or a path')
      must(!headers.has('x-powered-by'), 'it has X-Powered-By')
    },
  },
  {
    id: 'ERR-002',
    clause: 'RFC9110 §15.5.6',
    severity: 'Low',
    title: 'a wrong method is 405 with Allow',
    check: async (world) => {
      for (const [method, url] of wrongMethods(world)) {
        const answer = await send(url, { method })
        must(answer.status === 405, `${method} ${url} answers ${answer.status}`)
        must(answer.headers.has('allow'), `${method} ${url} is 405 without Allow`)
      }
    },
  },
  {
    id: 'ERR-005',
    clause: 'RFC9110 §15.5.16',
    severity: 'Medium',
    title: 'a compressed body is refused, or held to the same limits',
    check: async (world) => {
      const headers = { 'content-encoding': 'gzip' }
      for (const body of ['grant_type=foo', `grant_type=foo&x=${'x'.repeat(BOMB_BYTES)}`]) {
        const answer = await post(world.tokenEndpoint, world.confidential, {}, { headers, body: gzipSync(body) })
        const codes = ['invalid_request', 'unsupported_grant_type']
        mustBeJsonError(answer, body.length < 1000 ? [415, 400] : [415, 400, 413], codes)
      }
      const next = await token(world, world.confidential, { grant_type: 'foo' })
      mustBeJsonError(next, [400], ['unsupported_grant_type'])
    },
  },
  {
    id: 'ERR-007',
    clause: 'RFC9110 §4.2',
    severity: 'Low',
    title: 'another spelling of a path is the same endpoint, or none',
    check: async (world) => {
      const body = 'grant_type=client_credentials'
      for (const url of spellings(world.tokenEndpoint)) {
        const answer = await post(url, world.confidential, {}, { authorization: undefined, body })
        const isNone = [404, 405, 308].includes(answer.status)
        if (!isNone) mustBeJsonError(answer, [400, 401], ['invalid_client', 'invalid_request'])
        must(answer.status < 500, `${url} answers ${said(answer)}`)
      }
    },
  },
]
