import { mustBeJsonError } from '../answers.js'
import type { Row } from '../row.js'
import { freshLineage, mustBeTokens, refresh, token } from '../tokens.js'
import { must, Skipped } from '../verdict.js'

const GRANT = ['invalid_grant']
const sorted = (scopes: readonly string[]): string => scopes.toSorted().join(' ')

export const refreshRows: readonly Row[] = [
  {
    id: 'REFR-001',
    clause: 'RFC6749 §6',
    severity: 'Critical',
    title: 'a confidential client gets a new access token',
    check: async (world) => {
      const first = await freshLineage(world, world.confidential)
      const next = mustBeTokens(await refresh(world, world.confidential, first.refreshToken))
      must(next.accessToken !== first.accessToken, 'the access token is the old one')
    },
  },
  {
    id: 'REFR-002',
    clause: 'RFC9700 §2.2.2, §4.14.2; OAuth2.1-16 §4.3.1; MCP Token Theft',
    severity: 'Critical',
    title: "a public client's refresh token changes with every use",
    check: async (world) => {
      const first = await freshLineage(world, world.publicClient)
      const next = mustBeTokens(await refresh(world, world.publicClient, first.refreshToken))
      must(next.refreshToken !== undefined && next.refreshToken !== first.refreshToken, 'there is no new refresh token')
    },
  },
  {
    id: 'REFR-004',
    clause: 'RFC6749 §6, §10.4; OAuch IsRefreshBoundToClient; OIDF oidcc-refresh-token',
    severity: 'Critical',
    title: "another client's refresh token is refused, and stays good",
    check: async (world) => {
      const { confidential, publicClient } = world
      for (const [one, other] of [
        [confidential, publicClient],
        [publicClient, confidential],
      ] as const) {
        const { refreshToken } = await freshLineage(world, one)
        mustBeJsonError(await refresh(world, other, refreshToken), [400], GRANT)
        mustBeTokens(await refresh(world, one, refreshToken))
      }
    },
  },
  {
    id: 'REFR-005',
    clause: 'RFC6749 §6; OAuch IsRefreshAuthenticationRequired',
    severity: 'Critical',
    title: 'a confidential client does not refresh without proof',
    check: async (world) => {
      const { refreshToken } = await freshLineage(world, world.confidential)
      const unproved = { authorization: undefined }
      for (const more of [{}, { client_id: world.confidential.id }]) {
        mustBeJsonError(await refresh(world, world.confidential, refreshToken, more, unproved), [401, 400], ['invalid_client'])
      }
    },
  },
  {
    id: 'REFR-006',
    clause: 'RFC6749 §6; OAuth2.1-16 §4.3.1, §4.3.3',
    severity: 'High',
    title: 'a narrower scope narrows the access token, not the refresh token',
    check: async (world) => {
      const party = world.publicClient
      const first = await freshLineage(world, party)
      const [narrow] = first.scopes.filter((scope) => scope !== 'openid' && scope !== 'offline_access')
      if (narrow === undefined || first.scopes.length < 2) throw new Skipped('the client may ask for one scope only')
      const narrowed = mustBeTokens(await refresh(world, party, first.refreshToken, { scope: narrow }))
      must(narrowed.body['scope'] === narrow, `asked for ${narrow}, got ${JSON.stringify(narrowed.body['scope'])}`)
      const full = mustBeTokens(await refresh(world, party, narrowed.refreshToken ?? first.refreshToken), first.scopes)
      must(sorted(full.scopes) === sorted(first.scopes), `afterwards it is ${full.scopes.join(' ')}`)
    },
  },
  {
    id: 'REFR-007',
    clause: 'RFC6749 §6',
    severity: 'Critical',
    title: 'a wider scope is invalid_scope, and the refresh token stays good',
    check: async (world) => {
      const party = world.confidential
      const { refreshToken, scopes } = await freshLineage(world, party)
      for (const wider of [world.spareScope, world.foreignScope].filter((one) => one !== undefined)) {
        const scope = [...scopes, wider].join(' ')
        mustBeJsonError(await refresh(world, party, refreshToken, { scope }), [400], ['invalid_scope'])
      }
      mustBeTokens(await refresh(world, party, refreshToken))
    },
  },
  {
    id: 'REFR-009',
    clause: 'RFC6749 §5.2',
    severity: 'High',
    title: 'a refresh token that nobody issued is invalid_grant, none at all is invalid_request',
    check: async (world) => {
      const party = world.publicClient
      mustBeJsonError(await token(world, party, { grant_type: 'refresh_token' }), [400], ['invalid_request'])
      for (const garbage of ['garbage', 'x'.repeat(10_000), "' OR 1=1--", '{"$ne":null}']) {
        mustBeJsonError(await refresh(world, party, garbage), [400], GRANT)
      }
    },
  },
  {
    id: 'REFR-010',
    clause: 'RFC6749 §5.2',
    severity: 'High',
    title: 'an access token is no refresh token',
    check: async (world) => {
      const party = world.publicClient
      const { accessToken } = await freshLineage(world, party)
      mustBeJsonError(await refresh(world, party, accessToken), [400], GRANT)
    },
  },
  {
    id: 'REFR-015',
    clause: 'RFC9700 §4.14.2; FAPI2 SP §5.3.2.1 Note 1',
    severity: 'High',
    title: 'a refresh token sent again at once logs nobody out',
    check: async (world) => {
      const party = world.publicClient
      const first = await freshLineage(world, party)
      const next = mustBeTokens(await refresh(world, party, first.refreshToken))
      const again = await refresh(world, party, first.refreshToken)
      const newest = again.status === 200 ? mustBeTokens(again).refreshToken : next.refreshToken
      if (again.status !== 200) mustBeJsonError(again, [400], GRANT)
      for (const live of new Set([newest, next.refreshToken])) {
        mustBeTokens(await refresh(world, party, live ?? first.refreshToken))
      }
    },
  },
]
