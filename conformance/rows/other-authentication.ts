import { members, said } from '../answers.js'
import type { Overrides } from '../ask.js'
import type { Answer } from '../browser.js'
import type { Row } from '../row.js'
import { basic, post, type Deviation } from '../tokens.js'
import { must, Skipped } from '../verdict.js'
import type { World } from '../world.js'
import { WRONG_SECRET } from './client-authentication.js'

interface Attempt {
  readonly how: string
  readonly fields: Overrides
  readonly deviation: Deviation
}

/** Every character as a form may encode it (RFC 6749 §2.3.1). */
const encoded = (text: string): string => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
const header = (pair: string): Deviation => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })

function attempts({ confidential: { id, secret = '' } }: World): readonly Attempt[] {
  const inBody = { client_id: id, client_secret: secret }
  const authorization = basic(id, secret)
  return [
    { how: 'Basic, form-encoded', fields: {}, deviation: header(`${encoded(id)}:${encoded(secret)}`) },
    { how: 'Basic, not encoded', fields: {}, deviation: header(`${id}:${secret}`) },
    { how: 'two methods, both right', fields: inBody, deviation: { authorization } },
    { how: 'two methods, one wrong', fields: { ...inBody, client_secret: WRONG_SECRET }, deviation: { authorization } },
    { how: 'a method that is not the registered one', fields: inBody, deviation: { authorization: undefined } },
  ]
}

const AUTHENTICATION_ERRORS = ['invalid_client', 'invalid_request']

/** Whether the client was proved; if not, with what it was refused. */
function outcome(answer: Answer): string {
  if (answer.status === 200) return 'proved'
  const { error } = members(answer)
  return typeof error === 'string' && AUTHENTICATION_ERRORS.includes(error) ? `${answer.status} ${error}` : 'proved'
}

export const otherAuthenticationRows: readonly Row[] = [
  {
    id: 'CAUTH-019',
    clause: 'RFC7009 §2.1; RFC7662 §2.1; RFC9126 §2; RFC8628 §3.1',
    severity: 'High',
    title: 'revocation and introspection prove a client as the token endpoint does',
    check: async (world) => {
      const { revocation_endpoint: revocation, introspection_endpoint: introspection } = world.metadata
      const others = [revocation, introspection].filter((url) => typeof url === 'string')
      if (others.length === 0) throw new Skipped('neither revocation nor introspection is advertised')
      for (const { how, fields, deviation } of attempts(world)) {
        const noGrant = { grant_type: 'refresh_token', refresh_token: 'conformance-no-such-token' }
        const expected = outcome(await post(world.tokenEndpoint, world.confidential, { ...noGrant, ...fields }, deviation))
        if (how.startsWith('two methods') || how.startsWith('a method'))
          must(expected !== 'proved', `${how}: accepted at the token endpoint`)
        for (const url of others) {
          const answer = await post(url, world.confidential, { token: 'conformance-no-such-token', ...fields }, deviation)
          must(outcome(answer) === expected, `${how}: ${expected} at the token endpoint, at ${url} ${said(answer)}`)
        }
      }
    },
  },
]
