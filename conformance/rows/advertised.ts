import { added, isRecord, parseJson, said } from '../answers.js'
import { ask } from '../ask.js'
import { send } from '../browser.js'
import { land } from '../journey.js'
import type { Row } from '../row.js'
import { token } from '../tokens.js'
import { must } from '../verdict.js'
import type { World } from '../world.js'
import { metadataOf } from './metadata.js'

const GRANTS = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'password',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
]

const texts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')

/** The error with which a request ends, at the client or on a page; undefined when it goes on. */
async function errorOf(world: World, overrides: Readonly<Record<string, string>>): Promise<string | undefined> {
  const answer = await land(world, ask(world, world.publicClient, overrides))
  if (answer.location === undefined) return answer.status < 400 ? undefined : said(answer)
  return /[?&#]error=([^&]*)/.exec(answer.location)?.[1]
}

async function isGrantKnown(world: World, grantType: string): Promise<boolean> {
  const body = parseJson((await token(world, world.confidential, { grant_type: grantType })).text)
  return !isRecord(body) || body['error'] !== 'unsupported_grant_type'
}

export const advertisedRows: readonly Row[] = [
  {
    id: 'META-007',
    clause: 'RFC8414 §2',
    severity: 'High',
    title: 'response_types_supported has code, and nothing that is refused',
    check: async (world) => {
      const types = (await metadataOf(world))['response_types_supported']
      must(texts(types) && types.includes('code'), `it is ${JSON.stringify(types)}`)
      for (const type of types) {
        const error = await errorOf(world, { response_type: type, nonce: 'n' })
        must(error === undefined, `${type} ends with ${error ?? ''}`)
      }
    },
  },
  {
    id: 'META-008',
    clause: 'RFC8414 §2; RFC9700 §2.1.2, §2.4',
    severity: 'Medium',
    title: 'grant_types_supported has the grants that work, and no other',
    check: async (world) => {
      const grants = (await metadataOf(world))['grant_types_supported']
      must(texts(grants), `it is ${JSON.stringify(grants)}`)
      must(!grants.includes('password') && !grants.includes('implicit'), 'it has a grant that OAuth gave up')
      for (const grant of new Set([...GRANTS, ...grants])) {
        const isKnown = await isGrantKnown(world, grant)
        must(isKnown === grants.includes(grant), `${grant} is ${isKnown ? '' : 'not '}known at the token endpoint`)
      }
    },
  },
  {
    id: 'META-018',
    clause: 'RFC8414 §2',
    severity: 'Medium',
    title: 'every URL in it is there',
    check: async (world) => {
      const metadata = await metadataOf(world)
      for (const [name, url] of Object.entries(metadata).filter(([key]) => /_(endpoint|uri)$/.test(key))) {
        must(typeof url === 'string', `${name} is not a text`)
        const { status } = await send(url)
        must(status !== 404 && status < 500, `${name} answers ${status}`)
      }
    },
  },
  {
    id: 'META-020',
    clause: 'RFC8414 §2',
    severity: 'Low',
    title: 'response_modes_supported has query, and every mode works',
    check: async (world) => {
      const modes = (await metadataOf(world))['response_modes_supported']
      must(modes === undefined || (texts(modes) && modes.includes('query')), `it is ${JSON.stringify(modes)}`)
      for (const mode of modes ?? []) {
        const error = await errorOf(world, { response_mode: mode })
        must(error === undefined, `${mode} ends with ${error ?? ''}`)
      }
      const asked = ask(world, world.publicClient, { response_mode: 'query' })
      must(added(await land(world, asked), asked).has('code'), 'response_mode=query gives no code in the query')
    },
  },
]
