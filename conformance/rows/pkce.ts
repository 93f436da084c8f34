import { mustBeJsonError, mustBeRedirectError } from '../answers.js'
import { ask, type Overrides, type Party } from '../ask.js'
import { Browser } from '../browser.js'
import { land } from '../journey.js'
import type { Row } from '../row.js'
import { freshCode, mustBeTokens, redemption, token } from '../tokens.js'
import type { World } from '../world.js'

async function mustBeInvalid(world: World, party: Party, overrides: Overrides): Promise<void> {
  const asked = ask(world, party, overrides)
  mustBeRedirectError(world, await land(world, asked), asked, ['invalid_request'])
}

export const pkceRows: readonly Row[] = [
  {
    id: 'PKCE-002',
    clause: 'RFC7636 §4.4.1; RFC9700 §2.1.1; OAuth2.1-16 §4.1.2.1',
    severity: 'Critical',
    title: 'a public client without a challenge is refused',
    check: (world) => mustBeInvalid(world, world.publicClient, { code_challenge: undefined, code_challenge_method: undefined }),
  },
  {
    id: 'PKCE-004',
    clause: 'RFC7636 §4.4.1; FAPI2 SP §5.3.2.2(5); OAuch PlainPkceDisabled',
    severity: 'High',
    title: 'the method plain is refused',
    check: (world) => mustBeInvalid(world, world.publicClient, { code_challenge_method: 'plain' }),
  },
  {
    id: 'PKCE-005',
    clause: 'RFC7636 §4.3',
    severity: 'High',
    title: 'a challenge without a method means plain, and is refused',
    check: (world) => mustBeInvalid(world, world.publicClient, { code_challenge_method: undefined }),
  },
  {
    id: 'PKCE-007',
    clause: 'RFC7636 §4.4.1',
    severity: 'Medium',
    title: 'a method without a challenge is refused',
    check: (world) => mustBeInvalid(world, world.publicClient, { code_challenge: undefined }),
  },
  {
    id: 'PKCE-008',
    clause: 'RFC7636 §4.2 ABNF',
    severity: 'Medium',
    title: 'a challenge of the wrong form is refused',
    check: async (world) => {
      const right = 'A'.repeat(42)
      for (const challenge of [right, 'A'.repeat(129), ...['=', '+', '/', ' '].map((character) => right + character)]) {
        await mustBeInvalid(world, world.publicClient, { code_challenge: challenge })
      }
    },
  },
  {
    id: 'PKCE-012',
    clause: 'RFC9700 §4.8; OAuch IsPkcePlainDowngradeDetected',
    severity: 'Critical',
    title: 'the challenge is not its own verifier',
    check: async (world) => {
      const fresh = await freshCode(world, world.publicClient)
      const fields = { ...redemption(fresh), code_verifier: fresh.asked.challenge }
      mustBeJsonError(await token(world, world.publicClient, fields), [400], ['invalid_grant'])
    },
  },
  {
    id: 'PKCE-015',
    clause: 'RFC9700 §4.5.3.1',
    severity: 'Critical',
    title: "a code does not go with another request's verifier",
    check: async (world) => {
      for (const party of [world.publicClient, world.confidential]) {
        const [one, other] = [await freshCode(world, party), await freshCode(world, party)]
        const fields = { ...redemption(one), code_verifier: other.asked.verifier }
        mustBeJsonError(await token(world, party, fields), [400], ['invalid_grant'])
      }
    },
  },
  {
    id: 'PKCE-017',
    clause: 'RFC7636 §4.4',
    severity: 'High',
    title: 'the challenge outlives sign-in and approval',
    check: async (world) => {
      const party = world.publicClient
      const fresh = await freshCode(world, party, {}, new Browser())
      const wrong = { ...redemption(fresh), code_verifier: ask(world, party).verifier }
      mustBeJsonError(await token(world, party, wrong), [400], ['invalid_grant'])
      mustBeTokens(await token(world, party, redemption(fresh)))
    },
  },
]
