import { members, mustBeJsonError, said } from '../answers.js'
import { encodeParameters } from '../ask.js'
import type { Row } from '../row.js'
import { basic, freshCode, freshLineage, mustBeTokens, redemption, refresh, token } from '../tokens.js'
import { Failed, must } from '../verdict.js'
import type { World } from '../world.js'

const TRICKLE_MS = 5_000

/** The body, a byte at a time. */
function trickle(world: World, body: string): ReadableStream {
  const bytes = new TextEncoder().encode(body)
  let sent = 0
  return new ReadableStream({
    async pull(controller) {
      await world.timing.wait(TRICKLE_MS / bytes.length)
      if (sent < bytes.length) controller.enqueue(bytes.subarray(sent, ++sent))
      else controller.close()
    },
  })
}

const answered = ({ status }: { status: number }): boolean => status !== 408

export const tokenRequestRows: readonly Row[] = [
  {
    id: 'TOKEN-003',
    clause: 'RFC6749 §2.3.1; OAuch IsAuthInUriAllowed',
    severity: 'High',
    title: 'parameters in the query string count for nothing',
    check: async (world) => {
      const { id, secret = '' } = world.confidential
      const { code, ...rest } = redemption(await freshCode(world, world.confidential))
      const lineage = await freshLineage(world, world.confidential)
      const credentials = `?${encodeParameters({ client_id: id, client_secret: secret })}`
      const unproved = { authorization: undefined }
      for (const answer of [
        await token(world, world.confidential, { ...rest, code }, { ...unproved, query: credentials }),
        await token(world, world.confidential, rest, { query: `?${encodeParameters({ code })}` }),
        await token(
          world,
          world.confidential,
          { grant_type: 'refresh_token' },
          { query: `?${encodeParameters({ refresh_token: lineage.refreshToken })}` },
        ),
      ]) {
        mustBeJsonError(answer, [400, 401], ['invalid_request', 'invalid_client'])
      }
    },
  },
  {
    id: 'TOKEN-005',
    clause: 'RFC6749 §5.2',
    severity: 'Medium',
    title: 'an empty body and a body without a type are invalid_request',
    check: async (world) => {
      const { id, secret = '' } = world.confidential
      const body = new TextEncoder().encode('')
      const untyped = { authorization: basic(id, secret), body, headers: { 'content-type': '' } }
      mustBeJsonError(await token(world, world.confidential, {}, { body }), [400], ['invalid_request'])
      mustBeJsonError(await token(world, world.confidential, {}, untyped), [400], ['invalid_request'])
    },
  },
  {
    id: 'TOKEN-007',
    clause: 'RFC6749 §5.2',
    severity: 'High',
    title: 'an unknown grant_type is unsupported_grant_type, letter case included',
    check: async (world) => {
      for (const grant of ['foo', 'Authorization_Code']) {
        mustBeJsonError(await token(world, world.confidential, { grant_type: grant }), [400], ['unsupported_grant_type'])
      }
    },
  },
  {
    id: 'TOKEN-009',
    clause: 'RFC6749 §3.2, §5.2; OAuch SameParameterTwiceDisallowed',
    severity: 'High',
    title: 'a parameter twice is invalid_request',
    check: async (world) => {
      const party = world.publicClient
      const fields = { client_id: party.id, ...redemption(await freshCode(world, party)) }
      for (const [name, value] of Object.entries(fields)) {
        mustBeJsonError(await token(world, party, { ...fields, [name]: [value, value] }), [400], ['invalid_request'])
      }
      const lineage = await freshLineage(world, party)
      const again = { grant_type: 'refresh_token', refresh_token: lineage.refreshToken, scope: lineage.scopes.join(' ') || 'x' }
      for (const name of ['refresh_token', 'scope'] as const) {
        mustBeJsonError(await token(world, party, { ...again, [name]: [again[name], again[name]] }), [400], ['invalid_request'])
      }
    },
  },
  {
    id: 'TOKEN-010',
    clause: 'RFC6749 §3.2',
    severity: 'High',
    title: 'an unknown parameter and an empty scope are ignored',
    check: async (world) => {
      const fresh = await freshCode(world, world.confidential)
      mustBeTokens(await token(world, world.confidential, { ...redemption(fresh), foo: 'bar', scope: '' }))
    },
  },
  {
    id: 'TOKEN-016',
    clause: 'RFC6749 App. B',
    severity: 'Medium',
    title: 'a malformed body is refused',
    check: async (world) => {
      const { id, secret = '' } = world.confidential
      for (const code of ['%zz', '%00', '%ED%A0%80']) {
        const body = `grant_type=authorization_code&code_verifier=${'v'.repeat(43)}&code=${code}`
        const answer = await token(world, world.confidential, {}, { authorization: basic(id, secret), body })
        mustBeJsonError(answer, [400], ['invalid_request', 'invalid_grant'])
      }
    },
  },
  {
    id: 'TOKEN-022',
    clause: 'RFC6749 §3.2',
    severity: 'Low',
    title: 'the names of parameters have one letter case',
    check: async (world) => {
      for (const name of ['Grant_Type', 'GRANT_TYPE']) {
        mustBeJsonError(await token(world, world.confidential, { [name]: 'authorization_code', code: 'x' }), [400], ['invalid_request'])
      }
    },
  },
  {
    id: 'TOKEN-026',
    clause: 'RFC9112 §7.1',
    severity: 'Low',
    title: 'a body that trickles in is read, or given up',
    check: async (world) => {
      const party = world.publicClient
      const { refreshToken } = await freshLineage(world, party)
      const body = encodeParameters({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: party.id })
      const answer = await token(world, party, {}, { body: trickle(world, body) }).catch((error: unknown) => {
        if (error instanceof Failed) return undefined
        throw error
      })
      if (answer !== undefined && answered(answer)) mustBeTokens(answer)
      const next = await refresh(world, party, refreshToken)
      must(next.status < 500, `afterwards the server answers ${said(next)}`)
      members(next)
    },
  },
]
