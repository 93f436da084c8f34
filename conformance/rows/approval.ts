import { added, said } from '../answers.js'
import { ask, type Ask } from '../ask.js'
import type { Answer, Browser, Fields } from '../browser.js'
import { wordsOf } from '../html.js'
import { approvalPage, land, signedIn, type Approval } from '../journey.js'
import type { Row } from '../row.js'
import { mustBeTokens, redemption, token } from '../tokens.js'
import { must, Skipped } from '../verdict.js'
import type { World } from '../world.js'

export interface Asking extends Approval {
  readonly asked: Ask
  readonly browser: Browser
}

/** A request of the public client that waits for a decision. */
export async function askApproval(world: World): Promise<Asking> {
  const asked = ask(world, world.publicClient)
  const browser = await signedIn(world)
  const approval = await approvalPage(world, asked, browser)
  if (approval === undefined) throw new Skipped('the server remembers the approval and does not ask')
  return { ...approval, asked, browser }
}

export const allow = ({ page, allow: { form, fields, button }, browser }: Asking, more: Fields = {}, headers?: Fields): Promise<Answer> =>
  browser.submit(page, form, { ...fields, ...more }, button, headers)

export const codeIn = ({ location }: Answer): string | undefined => /[?&#]code=([^&]*)/.exec(location ?? '')?.[1]

const GUESSES = ['decision=allow', 'approve=1', 'action=allow', 'allow=true']

export const approvalRows: readonly Row[] = [
  {
    id: 'CONS-008',
    clause: 'RFC6749 §3.3; RFC9700 §2.3',
    severity: 'High',
    title: 'a scope that was not approved yet is asked for',
    check: async (world) => {
      if (world.spareScope === undefined) throw new Skipped('the client may ask for one scope only')
      const browser = await signedIn(world)
      await land(world, ask(world, world.confidential))
      if (
        codeIn(await browser.follow(await browser.send(ask(world, world.confidential).url), world.confidential.redirectUri)) === undefined
      ) {
        throw new Skipped('the server does not remember approvals')
      }
      const scope = [...world.confidential.scopes, world.spareScope].join(' ')
      const approval = await approvalPage(world, ask(world, world.confidential, { scope }), browser)
      must(approval !== undefined, `${world.spareScope} is granted without a question`)
    },
  },
  {
    id: 'CONS-003',
    clause: 'RFC6749 §10.12; RFC9110 §9.2.1',
    severity: 'Critical',
    title: 'a GET approves nothing',
    check: async (world) => {
      const asking = await askApproval(world)
      const { page, browser } = asking
      for (const place of new Set([page.url, new URL(asking.allow.form.action, page.url).href])) {
        for (const guess of GUESSES) {
          const answer = await browser.send(`${place}${place.includes('?') ? '&' : '?'}${guess}`)
          must(codeIn(answer) === undefined, `${guess} gives a code`)
        }
      }
      must(codeIn(await allow(asking)) !== undefined, 'the real decision does not count any more')
    },
  },
  {
    id: 'CONS-004',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'Critical',
    title: 'fields of the form change nothing of the request',
    check: async (world) => {
      const asking = await askApproval(world)
      const { asked } = asking
      const scope = [...asked.party.scopes, world.foreignScope].join(' ')
      const forged = {
        client_id: world.confidential.id,
        redirect_uri: 'https://evil.test/cb',
        scope,
        state: 'forged',
        user_id: '1',
        sub: 'x',
      }
      const answer = await allow(asking, forged)
      if (answer.status >= 400) return
      const parameters = added(answer, asked)
      must(parameters.get('state') === asked.state, 'the state is the forged one')
      const code = parameters.get('code') ?? ''
      const { scopes } = mustBeTokens(await token(world, asked.party, redemption({ code, asked })), asked.party.scopes)
      must(!scopes.includes(world.foreignScope), `the token has ${world.foreignScope}`)
    },
  },
  {
    id: 'CONS-005',
    clause: 'RFC6749 §4.1.2',
    severity: 'High',
    title: 'a decision that is sent twice makes one code',
    check: async (world) => {
      const asking = await askApproval(world)
      const first = await allow(asking)
      must(codeIn(first) !== undefined, `the first ends with ${said(first)}`)
      const second = await allow(asking)
      must(codeIn(second) === undefined && second.status < 500, `the second ends with ${said(second)}`)
      const back = await asking.browser.follow(await asking.browser.send(asking.page.url), asking.asked.redirectUri)
      must(codeIn(back) === undefined && back.status < 500, `going back ends with ${said(back)}`)
    },
  },
  {
    id: 'CONS-014',
    clause: 'MCP 2025-11-25 / 2026-07-28 Localhost Redirect URI Risks',
    severity: 'Medium',
    title: 'who asks for an answer on this device is shown with the host',
    check: async (world) => {
      const { hostname } = new URL(world.publicClient.redirectUri)
      if (!/^(localhost|127\.|\[::1\])/.test(hostname)) throw new Skipped('the public client has no loopback redirect URI')
      const { page } = await askApproval(world)
      must(wordsOf(page.text).includes(hostname), `${hostname} is not on the page`)
    },
  },
]
