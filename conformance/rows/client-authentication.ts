import { mustBeJsonError } from '../answers.js'
import type { Overrides } from '../ask.js'
import type { Row } from '../row.js'
import { basic, freshCode, freshLineage, freshTokens, mustBeTokens, redemption, refresh, token } from '../tokens.js'
import type { World } from '../world.js'

export const WRONG_SECRET = 'conformance-wrong-secret'

/** Nobody has it, so that a request proves its client or not and does nothing else. */
const NO_GRANT: Overrides = { grant_type: 'refresh_token', refresh_token: 'conformance-no-such-token' }

const secretOf = ({ confidential }: World): string => confidential.secret ?? ''
const wrong = ({ confidential }: World): string => basic(confidential.id, WRONG_SECRET)
const base64 = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

export const clientAuthenticationRows: readonly Row[] = [
  {
    id: 'CAUTH-004',
    clause: 'RFC6749 §5.2',
    severity: 'High',
    title: 'a wrong secret in Basic is invalid_client with a challenge',
    check: async (world) => {
      const answer = await token(world, world.confidential, NO_GRANT, { authorization: wrong(world) })
      mustBeJsonError(answer, [401], ['invalid_client'], 'Basic realm=')
    },
  },
  {
    id: 'CAUTH-005',
    clause: 'RFC6749 §5.2',
    severity: 'High',
    title: 'a wrong secret in the body is invalid_client',
    check: async (world) => {
      const fields = { ...NO_GRANT, client_id: world.confidential.id, client_secret: WRONG_SECRET }
      mustBeJsonError(await token(world, world.confidential, fields, { authorization: undefined }), [401, 400], ['invalid_client'])
    },
  },
  {
    id: 'CAUTH-007',
    clause: 'RFC6749 §3.2.1; OAuch IsClientAuthenticationRequired',
    severity: 'Critical',
    title: 'a confidential client that only names itself is refused, and its code stays good',
    check: async (world) => {
      const fresh = await freshCode(world, world.confidential)
      const fields = { ...redemption(fresh), client_id: world.confidential.id }
      mustBeJsonError(await token(world, world.confidential, fields, { authorization: undefined }), [401, 400], ['invalid_client'])
      mustBeTokens(await token(world, world.confidential, redemption(fresh)))
    },
  },
  {
    id: 'CAUTH-011',
    clause: 'RFC6749 §2.1, §3.2.1',
    severity: 'Critical',
    title: 'a public client names itself in the body',
    check: async (world) => {
      mustBeTokens(await token(world, world.publicClient, redemption(await freshCode(world, world.publicClient))))
    },
  },
  {
    id: 'CAUTH-013',
    clause: 'RFC6749 §5.2',
    severity: 'Medium',
    title: 'a malformed Authorization header is refused',
    check: async (world) => {
      for (const authorization of ['Basic !!!', 'Basic ', base64('nocolon'), base64('%zz:x')]) {
        const answer = await token(world, world.confidential, NO_GRANT, { authorization })
        mustBeJsonError(answer, [401, 400], ['invalid_client', 'invalid_request'])
      }
    },
  },
  {
    id: 'CAUTH-014',
    clause: 'RFC6749 §2.3',
    severity: 'Medium',
    title: 'an access token authenticates no client',
    check: async (world) => {
      const { accessToken } = await freshTokens(world, world.confidential)
      const answer = await token(world, world.confidential, NO_GRANT, { authorization: `Bearer ${accessToken}` })
      mustBeJsonError(answer, [401], ['invalid_client'])
    },
  },
  {
    id: 'CAUTH-015',
    clause: 'RFC7591 §2; OIDC Core §9',
    severity: 'Medium',
    title: 'a client registered for Basic may not send its secret in the body',
    check: async (world) => {
      const fields = { ...redemption(await freshCode(world, world.confidential)), client_id: world.confidential.id }
      const inBody = { ...fields, client_secret: secretOf(world) }
      mustBeJsonError(await token(world, world.confidential, inBody, { authorization: undefined }), [401, 400], ['invalid_client'])
    },
  },
  {
    id: 'CAUTH-016',
    clause: 'RFC9110 §11.1',
    severity: 'Medium',
    title: 'the name of the scheme has no letter case',
    check: async (world) => {
      for (const scheme of ['basic', 'BASIC']) {
        const fresh = await freshCode(world, world.confidential)
        const authorization = basic(world.confidential.id, secretOf(world)).replace('Basic', scheme)
        mustBeTokens(await token(world, world.confidential, redemption(fresh), { authorization }))
      }
    },
  },
  {
    id: 'CAUTH-017',
    clause: 'RFC6749 §2.3.1',
    severity: 'Critical',
    title: 'an empty secret is a wrong one',
    check: async (world) => {
      const answer = await token(world, world.confidential, NO_GRANT, { authorization: basic(world.confidential.id, '') })
      mustBeJsonError(answer, [401], ['invalid_client'])
    },
  },
  {
    id: 'CAUTH-018',
    clause: 'RFC6749 §5.2',
    severity: 'Medium',
    title: 'a wrong secret burns neither code nor refresh token',
    check: async (world) => {
      const party = world.confidential
      const fresh = await freshCode(world, party)
      const failed = { authorization: wrong(world) }
      mustBeJsonError(await token(world, party, redemption(fresh), failed), [401], ['invalid_client'])
      mustBeTokens(await token(world, party, redemption(fresh)))
      const { refreshToken } = await freshLineage(world, party)
      mustBeJsonError(await refresh(world, party, refreshToken, {}, failed), [401], ['invalid_client'])
      mustBeTokens(await refresh(world, party, refreshToken))
    },
  },
]
