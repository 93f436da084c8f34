import { members, mustBeJsonError, said } from '../answers.js'
import type { Overrides, Party } from '../ask.js'
import type { Answer } from '../browser.js'
import type { Row } from '../row.js'
import { basic, freshLineage, freshTokens, mustBeTokens, post, refresh, type Deviation } from '../tokens.js'
import { must } from '../verdict.js'
import { optional, type World } from '../world.js'
import { WRONG_SECRET } from './client-authentication.js'

const revoke = (world: World, party: Party, fields: Overrides, deviation?: Deviation): Promise<Answer> =>
  post(optional(world, 'revocation_endpoint'), party, fields, deviation)

async function mustBeRevoked(answer: Promise<Answer>): Promise<void> {
  const { status, ...rest } = await answer
  must(status === 200, `expected 200, got ${said({ status, ...rest })}`)
}

/** Passes where the server does not tell. */
async function mustBeActive(world: World, token: string, isActive: boolean): Promise<void> {
  const url = world.metadata['introspection_endpoint']
  if (typeof url !== 'string') return
  const { active } = members(await post(url, world.confidential, { token }))
  must(active === isActive, `introspection says active ${JSON.stringify(active)}`)
}

export const revocationRows: readonly Row[] = [
  {
    id: 'REV-001',
    clause: 'RFC7009 §2.1, §2.2; OAuch RefreshRevokesAccess',
    severity: 'Critical',
    title: 'a refresh token goes with all that came of it',
    check: async (world) => {
      const party = world.confidential
      const { accessToken, refreshToken } = await freshLineage(world, party)
      await mustBeActive(world, accessToken, true)
      await mustBeRevoked(revoke(world, party, { token: refreshToken }))
      mustBeJsonError(await refresh(world, party, refreshToken), [400], ['invalid_grant'])
      await mustBeActive(world, accessToken, false)
    },
  },
  {
    id: 'REV-002',
    clause: 'RFC7009 §2.1; OAuch CanAccessTokensBeRevoked',
    severity: 'High',
    title: 'an access token is worthless at once',
    check: async (world) => {
      optional(world, 'introspection_endpoint')
      const { accessToken } = await freshTokens(world, world.confidential)
      await mustBeRevoked(revoke(world, world.confidential, { token: accessToken }))
      await mustBeActive(world, accessToken, false)
    },
  },
  {
    id: 'REV-005',
    clause: 'RFC7009 §2.1; RFC6749 §5.2',
    severity: 'Medium',
    title: 'without a token it is invalid_request',
    check: async (world) => {
      for (const fields of [{}, { token: '' }]) {
        mustBeJsonError(await revoke(world, world.confidential, fields), [400], ['invalid_request'])
      }
    },
  },
  {
    id: 'REV-006',
    clause: 'RFC7009 §2.1; OAuch IsClientAuthRequired',
    severity: 'Critical',
    title: 'a client that is not proved revokes nothing',
    check: async (world) => {
      const party = world.confidential
      const { accessToken, refreshToken } = await freshLineage(world, party)
      for (const token of [accessToken, refreshToken]) {
        const unproved = { token, client_id: party.id }
        mustBeJsonError(await revoke(world, party, unproved, { authorization: undefined }), [401], ['invalid_client'])
      }
      const wrong = { authorization: basic(party.id, WRONG_SECRET) }
      mustBeJsonError(await revoke(world, party, { token: refreshToken }, wrong), [401], ['invalid_client'])
      await mustBeActive(world, accessToken, true)
      mustBeTokens(await refresh(world, party, refreshToken))
    },
  },
  {
    id: 'REV-008',
    clause: 'RFC7009 §2.1, §2.2',
    severity: 'Medium',
    title: 'a wrong hint misleads nobody',
    check: async (world) => {
      const party = world.publicClient
      for (const hint of ['access_token', 'bogus']) {
        const { refreshToken } = await freshLineage(world, party)
        await mustBeRevoked(revoke(world, party, { token: refreshToken, token_type_hint: hint }))
        mustBeJsonError(await refresh(world, party, refreshToken), [400], ['invalid_grant'])
      }
      for (const hint of ['refresh_token', 'bogus']) {
        const { accessToken } = await freshTokens(world, world.confidential)
        await mustBeRevoked(revoke(world, world.confidential, { token: accessToken, token_type_hint: hint }))
        await mustBeActive(world, accessToken, false)
      }
    },
  },
  {
    id: 'REV-010',
    clause: 'RFC6749 §3.2',
    severity: 'Low',
    title: 'token twice is invalid_request',
    check: async (world) => {
      const { accessToken } = await freshTokens(world, world.confidential)
      mustBeJsonError(await revoke(world, world.confidential, { token: [accessToken, accessToken] }), [400], ['invalid_request'])
    },
  },
]
