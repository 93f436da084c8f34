import { mustBeJsonError } from '../answers.js'
import type { Row } from '../row.js'
import { freshCode, freshLineage, mustBeTokens, redemption, refresh, token } from '../tokens.js'
import { must } from '../verdict.js'

const GRANT = ['invalid_grant']
const VERIFIER = 'v'.repeat(43)
const asCode = (code?: string) => ({ grant_type: 'authorization_code', code, code_verifier: VERIFIER })

export const codeRedemptionRows: readonly Row[] = [
  {
    id: 'CODE-002',
    clause: 'RFC6749 §4.1.2; OIDF oidcc-codereuse, codereuse-30seconds',
    severity: 'Critical',
    title: 'a code works once, at any time',
    check: async (world) => {
      const fresh = await freshCode(world, world.confidential)
      mustBeTokens(await token(world, world.confidential, redemption(fresh)))
      for (const ms of [0, 1_000, 30_000]) {
        if (ms > 0) await world.timing.wait(ms)
        mustBeJsonError(await token(world, world.confidential, redemption(fresh)), [400], GRANT)
      }
    },
  },
  {
    id: 'CODE-004',
    clause: 'RFC6749 §4.1.3, §5.2; OAuch IsCodeBoundToClient',
    severity: 'Critical',
    title: "another client's code is refused",
    check: async (world) => {
      const [one, other] = [world.confidential, world.publicClient]
      mustBeJsonError(await token(world, other, redemption(await freshCode(world, one))), [400], GRANT)
      mustBeJsonError(await token(world, one, redemption(await freshCode(world, other))), [400], GRANT)
    },
  },
  {
    id: 'CODE-006',
    clause: 'RFC6749 §4.1.3; OAuch IsClientIdRequired',
    severity: 'High',
    title: 'a public client that does not name itself is refused',
    check: async (world) => {
      const fields = { ...redemption(await freshCode(world, world.publicClient)), client_id: undefined }
      mustBeJsonError(await token(world, world.publicClient, fields), [400, 401], ['invalid_request', 'invalid_client'])
    },
  },
  {
    id: 'CODE-007',
    clause: 'RFC6749 §5.2',
    severity: 'High',
    title: 'a code that nobody issued is invalid_grant, none at all is invalid_request',
    check: async (world) => {
      for (const code of ['garbage', 'x'.repeat(10_000)]) {
        mustBeJsonError(await token(world, world.confidential, asCode(code)), [400], GRANT)
      }
      for (const code of ['', undefined]) {
        mustBeJsonError(await token(world, world.confidential, asCode(code)), [400], ['invalid_request'])
      }
    },
  },
  {
    id: 'CODE-008',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'Critical',
    title: 'a code that is meant for the store is refused like any other',
    check: async (world) => {
      for (const fields of [asCode("' OR 1=1--"), { ...asCode(), 'code[$ne]': 'x' }, asCode('../../x')]) {
        mustBeJsonError(await token(world, world.confidential, fields), [400], ['invalid_grant', 'invalid_request'])
      }
      mustBeTokens(await token(world, world.confidential, redemption(await freshCode(world, world.confidential))))
    },
  },
  {
    id: 'CODE-009',
    clause: 'RFC6749 §4.1.3, §5.2; OAuch RedirectUriChecked',
    severity: 'High',
    title: 'a redirect_uri that is not the one of the request is invalid_grant',
    check: async (world) => {
      const party = world.confidential
      for (const uri of [world.publicClient.redirectUri, 'https://evil.test/cb', `${party.redirectUri}/`]) {
        if (uri === party.redirectUri) continue
        const fields = { ...redemption(await freshCode(world, party)), redirect_uri: uri }
        mustBeJsonError(await token(world, party, fields), [400], GRANT)
      }
    },
  },
  {
    id: 'CODE-013',
    clause: 'RFC6749 §4.1.3',
    severity: 'Critical',
    title: 'scope at redemption widens nothing',
    check: async (world) => {
      const party = world.confidential
      const wider = [...party.scopes, world.spareScope, world.foreignScope].filter((one) => one !== undefined)
      const answer = await token(world, party, { ...redemption(await freshCode(world, party)), scope: wider.join(' ') })
      if (answer.status === 400) {
        mustBeJsonError(answer, [400], ['invalid_scope'])
        return
      }
      const { scopes } = mustBeTokens(answer, party.scopes)
      const added = scopes.filter((one) => one === world.spareScope || one === world.foreignScope)
      must(added.length === 0, `the token has ${added.join(' ')} too`)
    },
  },
  {
    id: 'CODE-015',
    clause: 'RFC6749 §5.2',
    severity: 'High',
    title: 'each kind of token is good for itself alone',
    check: async (world) => {
      const party = world.publicClient
      const { accessToken, refreshToken } = await freshLineage(world, party)
      for (const other of [accessToken, refreshToken]) {
        mustBeJsonError(await token(world, party, asCode(other)), [400], GRANT)
      }
      const { code } = await freshCode(world, party)
      mustBeJsonError(await refresh(world, party, code), [400], GRANT)
    },
  },
]
