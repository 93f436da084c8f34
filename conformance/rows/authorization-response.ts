import { added, mustBeJsonError, mustBeRedirectError, mustHaveStateAndIssuer } from '../answers.js'
import { ask, type Overrides } from '../ask.js'
import { land } from '../journey.js'
import { commonPrefix, mustBeUnguessable } from '../randomness.js'
import type { Row } from '../row.js'
import { freshCode, redemption, token } from '../tokens.js'
import { must } from '../verdict.js'
import type { World } from '../world.js'

const NAMES = ['error', 'code', 'access_token', 'token', 'id_token']
const ERRORS = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
]
const EXTENSIONS = ['request_not_supported', 'request_uri_not_supported', 'invalid_request_object', 'invalid_request_uri', 'invalid_target']
const MAX_PREFIX = 16

/** What is wrong with a request whose client and redirect_uri are right. */
const wrongs = (world: World): readonly Overrides[] => [
  { response_type: 'bogus' },
  { scope: world.foreignScope },
  { code_challenge: undefined, code_challenge_method: undefined },
  { code_challenge_method: 'plain' },
  { request: 'eyJhbGciOiJub25lIn0.e30.' },
]

export const authorizationResponseRows: readonly Row[] = [
  {
    id: 'RESP-001',
    clause: 'RFC6749 §4.1.2; RFC9207 §2; MCP conformance authorization-code-grant',
    severity: 'Critical',
    title: 'a success is one code, the state and the issuer, and nothing else',
    check: async (world) => {
      for (const party of [world.confidential, world.publicClient]) {
        const asked = ask(world, party)
        const parameters = added(await land(world, asked), asked)
        must(parameters.getAll('code').length === 1 && parameters.get('code') !== '', `it has ${parameters.getAll('code').length} codes`)
        mustHaveStateAndIssuer(world, parameters, asked)
        for (const name of NAMES.filter((one) => one !== 'code')) must(!parameters.has(name), `it has ${name}`)
      }
    },
  },
  {
    id: 'RESP-002',
    clause: 'RFC6749 §4.1.2',
    severity: 'Low',
    title: 'without state none comes back',
    check: async (world) => {
      const asked = ask(world, world.confidential, { state: undefined })
      must(!added(await land(world, asked), asked).has('state'), 'there is a state')
    },
  },
  {
    id: 'RESP-003',
    clause: 'RFC9207 §2',
    severity: 'High',
    title: 'every error has the issuer, and the state when one was sent',
    check: async (world) => {
      for (const wrong of wrongs(world)) {
        for (const state of [{}, { state: undefined }]) {
          const asked = ask(world, world.confidential, { ...wrong, ...state })
          mustHaveStateAndIssuer(world, added(await land(world, asked), asked), asked)
        }
      }
    },
  },
  {
    id: 'RESP-004',
    clause: 'RFC6749 §10.10; OAuth2.1-16 §7.7; OAuch AuthorizationCodeEntropy*',
    severity: 'Critical',
    title: 'codes are unique and cannot be guessed',
    check: async (world) => {
      const codes: string[] = []
      for (let n = 0; n < world.target.samples; n++) codes.push((await freshCode(world, world.confidential)).code)
      for (const code of codes) must(/^[A-Za-z0-9._~-]{22,}$/.test(code), `${code.length} characters, or one that a URL would encode`)
      mustBeUnguessable(codes, 'codes')
      must(commonPrefix(codes).length <= MAX_PREFIX, `all begin with ${commonPrefix(codes)}`)
      must(codes.length < 10 || codes.toSorted().join() !== codes.join(), 'they come in order')
    },
  },
  {
    id: 'RESP-005',
    clause: 'RFC6749 §4.1.2; FAPI2 SP §5.3.2.1(11); OAuch AuthorizationCodeTimeout',
    severity: 'High',
    title: 'a code is worthless when its lifetime is over',
    check: async (world) => {
      const fresh = await freshCode(world, world.confidential)
      await world.timing.wait(world.target.codeTtlMs + 2_000)
      mustBeJsonError(await token(world, world.confidential, redemption(fresh)), [400], ['invalid_grant'])
    },
  },
  {
    id: 'RESP-007',
    clause: 'RFC6749 §4.1.2.1',
    severity: 'Medium',
    title: 'every error is one of the registered ones',
    check: async (world) => {
      for (const wrong of wrongs(world)) {
        const asked = ask(world, world.confidential, wrong)
        mustBeRedirectError(world, await land(world, asked), asked, [...ERRORS, ...EXTENSIONS])
      }
    },
  },
]
