import { added, mustBePage, mustBeRedirectError, said } from '../answers.js'
import { ask, type Ask } from '../ask.js'
import { Browser, send, type Answer } from '../browser.js'
import { approvalPage, decisionForm, land, loginPage, signedIn } from '../journey.js'
import type { Row } from '../row.js'
import { mustBeTokens, redemption, token } from '../tokens.js'
import { must, Skipped } from '../verdict.js'
import type { World } from '../world.js'

const EVIL = 'https://evil.test/cb'

/** An error page, or the redirect error, but no code in either case. */
function mustBeRefused(world: World, answer: Answer, asked: Ask, codes: readonly string[]): void {
  if (answer.location === undefined) mustBePage(answer)
  else mustBeRedirectError(world, answer, asked, codes)
}

export const authorizationEndpointRows: readonly Row[] = [
  {
    id: 'AUTHZ-001',
    clause: 'RFC6749 §3.1, §4.1.1',
    severity: 'Critical',
    title: 'who is not signed in signs in, approves and lands at the client with a code',
    check: async (world) => {
      const browser = new Browser()
      const asked = ask(world, world.confidential)
      const first = await browser.send(asked.url)
      must([200, 302, 303].includes(first.status), `it answers ${said(first)}`)
      const home = new URL(first.location ?? first.url).origin
      must(home === new URL(world.authorizationEndpoint).origin, `the sign-in is at ${home}`)
      await loginPage(asked, browser)
      const parameters = added(await land(world, asked, browser), asked)
      must(parameters.getAll('code').length === 1, `it ends with ${parameters.toString()}`)
    },
  },
  {
    id: 'AUTHZ-003',
    clause: 'RFC6749 §4.1.2.1',
    severity: 'Critical',
    title: 'an unknown client is an error page',
    check: async (world) => {
      const unknown = 'unknown-client"><b>'
      const answer = await land(world, ask(world, world.confidential, { client_id: unknown }))
      mustBePage(answer, [400], [unknown])
    },
  },
  {
    id: 'AUTHZ-005',
    clause: 'RFC6749 §3.1.1, §4.1.2.1; OIDF oidcc-response-type-missing',
    severity: 'High',
    title: 'a request without response_type never gives a code',
    check: async (world) => {
      const asked = ask(world, world.confidential, { response_type: undefined })
      mustBeRefused(world, await land(world, asked), asked, ['invalid_request', 'unsupported_response_type'])
    },
  },
  {
    id: 'AUTHZ-011',
    clause: 'RFC6749 §3.3',
    severity: 'Medium',
    title: 'without scope there is a default that the tokens name, or invalid_scope',
    check: async (world) => {
      const asked = ask(world, world.publicClient, { scope: undefined })
      const answer = await land(world, asked)
      const code = added(answer, asked).get('code')
      if (code === null) {
        mustBeRedirectError(world, answer, asked, ['invalid_scope'])
        return
      }
      const { body } = mustBeTokens(await token(world, world.publicClient, redemption({ code, asked })))
      must(typeof body['scope'] === 'string', 'the tokens do not say what the default is')
    },
  },
  {
    id: 'AUTHZ-013',
    clause: 'RFC6749 §3.1; OIDF oidcc-ensure-request-with-unknown-parameter-succeeds',
    severity: 'High',
    title: 'unknown parameters are ignored',
    check: async (world) => {
      const asked = ask(world, world.confidential, { foo: 'bar', utm_source: 'x' })
      must(added(await land(world, asked), asked).has('code'), 'there is no code')
    },
  },
  {
    id: 'AUTHZ-014',
    clause: 'RFC6749 §3.1, §4.1.2.1',
    severity: 'High',
    title: 'client_id twice is an error page',
    check: async (world) => {
      const { id } = world.confidential
      for (const other of [id, world.publicClient.id]) {
        mustBePage(await land(world, ask(world, world.confidential, { client_id: [id, other] })))
      }
    },
  },
  {
    id: 'AUTHZ-015',
    clause: 'RFC6749 §3.1; RFC9700 §4.1.3',
    severity: 'Critical',
    title: 'redirect_uri twice is an error page',
    check: async (world) => {
      const { redirectUri } = world.confidential
      for (const both of [
        [redirectUri, EVIL],
        [EVIL, redirectUri],
      ]) {
        mustBePage(await land(world, ask(world, world.confidential, { redirect_uri: both })))
      }
    },
  },
  {
    id: 'AUTHZ-020',
    clause: 'OAuth2.1-16 §3.1; RFC9700 §2.6; FAPI2 SP §5.2.3',
    severity: 'High',
    title: 'scripts of other origins may not ask',
    check: async (world) => {
      const { url } = ask(world, world.confidential)
      const headers = { origin: 'https://spa.test', 'access-control-request-method': 'GET' }
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await send(url, { method, headers })
        must(!answer.headers.has('access-control-allow-origin'), `${method} answers with Access-Control-Allow-Origin`)
      }
    },
  },
  {
    id: 'AUTHZ-026',
    clause: 'RFC6749 §4.1.2.1',
    severity: 'Critical',
    title: 'a wrong redirect_uri counts before anything else',
    check: async (world) => {
      const wrong = { redirect_uri: EVIL, scope: world.foreignScope, response_type: 'token' }
      mustBePage(await land(world, ask(world, world.confidential, wrong)))
    },
  },
  {
    id: 'AUTHZ-031',
    clause: 'RFC6749 §4.1.2.1; RFC9207 §2',
    severity: 'High',
    title: 'a refusal is access_denied',
    check: async (world) => {
      const asked = ask(world, world.publicClient)
      const browser = await signedIn(world)
      const approval = await approvalPage(world, asked, browser)
      if (approval === undefined) throw new Skipped('the server remembers the approval and does not ask')
      const { page } = approval
      const deny = decisionForm(page, 'deny')
      must(deny !== undefined, 'the approval page offers no refusal')
      const answer = await browser.submit(page, deny.form, deny.fields, deny.button)
      must(answer.status === 303, `the refusal is answered with ${answer.status}`)
      mustBeRedirectError(world, answer, asked, ['access_denied'])
    },
  },
  {
    id: 'AUTHZ-033',
    clause: 'RFC6749 §4.1.1',
    severity: 'Low',
    title: 'parameters in cookies are none',
    check: async (world) => {
      const { query } = ask(world, world.confidential)
      mustBePage(await send(world.authorizationEndpoint, { headers: { cookie: query.replaceAll('&', '; ') } }))
    },
  },
]
