import { isDeepStrictEqual } from 'node:util'
import { added, members, parseJson, said } from '../answers.js'
import { ask } from '../ask.js'
import { send, type Answer, type Sent } from '../browser.js'
import { getAs } from '../host.js'
import { land } from '../journey.js'
import { metadataUrl } from '../open-world.js'
import type { Row } from '../row.js'
import { must, Skipped } from '../verdict.js'
import type { World } from '../world.js'

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/

export const document = (world: World, sent?: Sent): Promise<Answer> => send(metadataUrl(world.issuer), sent)
export const metadataOf = async (world: World): Promise<Readonly<Record<string, unknown>>> => members(await document(world))

/** http is for a server on the machine itself alone. */
export function mustBeHttps(text: unknown, what: string): asserts text is string {
  must(typeof text === 'string' && URL.canParse(text), `${what} is not a URL`)
  const { protocol, hostname } = new URL(text)
  must(protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname)), `${what} is not https`)
}

function* membersWithin(value: unknown, path: string): Generator<[string, unknown]> {
  yield [path, value]
  if (typeof value !== 'object' || value === null) return
  for (const [name, one] of Object.entries(value)) yield* membersWithin(one, path === '' ? name : `${path}.${name}`)
}

export const metadataRows: readonly Row[] = [
  {
    id: 'META-002',
    clause: 'RFC8414 §2, §3.3',
    severity: 'Critical',
    title: 'issuer is the issuer, byte for byte',
    check: async (world) => {
      const { issuer } = await metadataOf(world)
      must(issuer === world.issuer, `issuer is ${JSON.stringify(issuer)}`)
      mustBeHttps(issuer, 'issuer')
      must(!/[?#]/.test(issuer), 'issuer has a query or a fragment')
    },
  },
  {
    id: 'META-003',
    clause: 'RFC8414 §3.1; MCP 2025-11-25 AS metadata discovery',
    severity: 'High',
    title: 'an issuer with a path has its metadata behind the well-known path',
    check: async (world) => {
      if (new URL(world.issuer).pathname === '/') throw new Skipped('the issuer has no path')
      const answer = await document(world)
      must(answer.status === 200, `the metadata answers ${said(answer)}`)
      const metadata = members(answer)
      must(metadata['issuer'] === world.issuer, `issuer is ${JSON.stringify(metadata['issuer'])}`)
      for (const [name, url] of Object.entries(metadata).filter(([key]) => /_endpoint$|^jwks_uri$/.test(key))) {
        must(typeof url === 'string' && url.startsWith(`${world.issuer}/`), `${name} is not below the issuer`)
      }
    },
  },
  {
    id: 'META-006',
    clause: 'RFC8414 §2',
    severity: 'High',
    title: 'jwks_uri is there and answers',
    check: async (world) => {
      const url = (await metadataOf(world))['jwks_uri']
      mustBeHttps(url, 'jwks_uri')
      const { status } = await send(url)
      must(status === 200, `jwks_uri answers ${status}`)
    },
  },
  {
    id: 'META-013',
    clause: 'RFC9207 §2.3, §3; MCP 2026-07-28',
    severity: 'High',
    title: 'authorization_response_iss_parameter_supported says whether iss is sent',
    check: async (world) => {
      const claim = (await metadataOf(world))['authorization_response_iss_parameter_supported']
      const asked = ask(world, world.publicClient)
      const sends = added(await land(world, asked), asked).has('iss')
      must(
        sends ? claim === true : claim === false || claim === undefined,
        `it says ${JSON.stringify(claim)}; iss is ${sends ? '' : 'not '}sent`,
      )
    },
  },
  {
    id: 'META-014',
    clause: 'RFC8414 §3.2',
    severity: 'Low',
    title: 'no member is null, empty or of the wrong type',
    check: async (world) => {
      for (const [path, value] of membersWithin(await metadataOf(world), '')) {
        must(value !== null, `${path} is null`)
        must(!Array.isArray(value) || value.length > 0, `${path} is empty`)
        must(!path.endsWith('_supported') || Array.isArray(value) || typeof value === 'boolean', `${path} is neither a list nor a boolean`)
        must(value !== 'true' && value !== 'false', `${path} is a boolean written as a text`)
      }
    },
  },
  {
    id: 'META-015',
    clause: 'RFC8414 §3.3; RFC9207 §2.3; RFC9700 §4.13',
    severity: 'Critical',
    title: 'no header of the request changes a URL',
    check: async (world) => {
      const expected = await metadataOf(world)
      const judge = (how: string, { status, text }: Pick<Answer, 'status' | 'text'>): void => {
        if ([400, 421].includes(status)) return
        must(status === 200 && isDeepStrictEqual(parseJson(text), expected), `${how} changes the document`)
      }
      judge('Host', await getAs(metadataUrl(world.issuer), 'evil.test'))
      for (const [name, value] of [
        ['X-Forwarded-Host', 'evil.test'],
        ['Forwarded', 'host=evil.test'],
        ['X-Forwarded-Proto', 'http'],
      ] as const) {
        judge(name, await document(world, { headers: { [name]: value } }))
      }
    },
  },
  {
    id: 'META-016',
    clause: 'OAuth2.1-16 §3.2',
    severity: 'Medium',
    title: 'scripts of any origin may read it',
    check: async (world) => {
      const { headers } = await document(world, { headers: { origin: 'https://spa.test' } })
      const allowed = headers.get('access-control-allow-origin')
      must(allowed === '*' || allowed === 'https://spa.test', `Access-Control-Allow-Origin is ${allowed ?? 'absent'}`)
      must(allowed !== '*' || headers.get('access-control-allow-credentials') !== 'true', 'credentials are allowed to every origin')
    },
  },
  {
    id: 'META-017',
    clause: 'RFC8414 §3.1; RFC9110 §15.5.6',
    severity: 'Low',
    title: 'HEAD is answered without a body, POST is refused',
    check: async (world) => {
      const head = await document(world, { method: 'HEAD' })
      must(head.status === 200 && head.text === '', `HEAD answers ${said(head)}`)
      const { status, headers } = await document(world, { method: 'POST' })
      must(status === 405, `POST answers ${status}`)
      must(/\bGET\b/.test(headers.get('allow') ?? ''), 'Allow does not name GET')
    },
  },
  {
    id: 'META-019',
    clause: 'RFC8414 §3.2',
    severity: 'Low',
    title: 'its headers fit a public document',
    check: async (world) => {
      const { headers, setCookies } = await document(world)
      must(setCookies.length === 0, 'it sets a cookie')
      const age = /max-age=(\d+)/.exec(headers.get('cache-control') ?? 'max-age=0')?.[1]
      must(age !== undefined && Number(age) <= 86_400, `Cache-Control is ${headers.get('cache-control') ?? ''}`)
      must(headers.get('x-content-type-options') === 'nosniff', 'X-Content-Type-Options is not nosniff')
    },
  },
]
