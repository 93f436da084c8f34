import { mediaType, mustBeFramedByNobody, said } from '../answers.js'
import { ask } from '../ask.js'
import { Browser, FORM, send, type Answer } from '../browser.js'
import { isButton, tagsOf } from '../html.js'
import { loginForm, loginPage, open, signIn } from '../journey.js'
import type { Row } from '../row.js'
import { must, Skipped } from '../verdict.js'
import type { World } from '../world.js'
import { allow, askApproval } from './approval.js'
import { attempt } from './sign-in.js'

/** A page of each kind. */
async function pages(world: World): Promise<readonly Answer[]> {
  const approval = await askApproval(world).catch((error: unknown) => {
    if (error instanceof Skipped) return undefined
    throw error
  })
  const bare = await send(world.authorizationEndpoint)
  const unknown = await new Browser().send(ask(world, world.publicClient, { client_id: 'conformance-nobody' }).url)
  const login = await loginPage(ask(world, world.publicClient), new Browser())
  const all = [bare, unknown, login, ...(approval === undefined ? [] : [approval.page])]
  return all.filter((page) => mediaType(page) === 'text/html')
}

export const pageRows: readonly Row[] = [
  {
    id: 'BROW-001',
    clause: 'RFC9700 §2.6; OWASP ASVS 3.4',
    severity: 'High',
    title: 'the session cookie is for this host and its server alone',
    check: async (world) => {
      const { answer } = await attempt(world, world.target.user, world.target.password)
      must(answer.setCookies.length > 0, 'the sign-in sets no cookie')
      for (const line of answer.setCookies) {
        const [, name = '', value = '', flags = ''] = /^([^=;]*)=([^;]*)(.*)$/.exec(line) ?? []
        must(/;\s*httponly/i.test(flags), `${name} is not HttpOnly`)
        must(/;\s*samesite=(lax|strict)/i.test(flags), `${name} is not SameSite=Lax`)
        must(/;\s*path=\/\s*(;|$)/i.test(flags) && !/;\s*domain=/i.test(flags), `${name} has another path, or a domain`)
        must(value.length >= 22, `${name} has a value that can be guessed`)
        if (world.issuer.startsWith('https:'))
          must(/;\s*secure/i.test(flags) && name.startsWith('__Host-'), `${name} is not __Host- and Secure`)
      }
    },
  },
  {
    id: 'BROW-003',
    clause: 'RFC6749 §10.13; RFC9700 §4.16; OAuth2.1-16 §7.11; OAuch HasFrameOptions/HasContentSecurityPolicy',
    severity: 'High',
    title: 'no page can be framed',
    check: async (world) => (await pages(world)).forEach(mustBeFramedByNobody),
  },
  {
    id: 'BROW-007',
    clause: 'WHATWG Fetch (append Origin header); RFC9700 §4.7',
    severity: 'High',
    title: 'the form works with the Origin that a browser sends under its Referrer-Policy',
    check: async (world) => {
      const page = await loginPage(ask(world, world.publicClient), new Browser())
      must(page.headers.has('referrer-policy'), 'the sign-in page has no Referrer-Policy')
      await signIn(world, new Browser())
    },
  },
  {
    id: 'BROW-009',
    clause: 'OWASP ASVS 14.4',
    severity: 'Low',
    title: 'every page has a charset and nosniff, and names no software',
    check: async (world) => {
      for (const { url, headers } of await pages(world)) {
        must(headers.get('x-content-type-options') === 'nosniff', `no nosniff at ${url}`)
        must(/charset=/i.test(headers.get('content-type') ?? ''), `no charset at ${url}`)
        must(!headers.has('x-powered-by') && !/\d/.test(headers.get('server') ?? ''), `the software is named at ${url}`)
      }
    },
  },
  {
    id: 'BROW-010',
    clause: 'RFC9700 §4.12; OAuth2.1-16 §7.5.3; FAPI2 SP §5.3.2.2(10,11)',
    severity: 'Critical',
    title: 'a form is answered with 303',
    check: async (world) => {
      const { answer } = await signIn(world, new Browser())
      must(answer.status === 303, `the sign-in is answered with ${answer.status}`)
      const decided = await allow(await askApproval(world))
      must(decided.status === 303, `the approval is answered with ${decided.status}`)
    },
  },
  {
    id: 'BROW-011',
    clause: 'RFC9700 §4.12',
    severity: 'High',
    title: 'an authorization request by POST is never sent on as a POST',
    check: async (world) => {
      const { query } = ask(world, world.publicClient)
      const answer = await send(world.authorizationEndpoint, { method: 'POST', headers: { 'content-type': FORM }, body: query })
      if (answer.status === 405) throw new Skipped('the authorization endpoint takes no POST')
      must([302, 303].includes(answer.status) || loginForm(answer) !== undefined, `it answers ${said(answer)}`)
    },
  },
  {
    id: 'BROW-021',
    clause: '-',
    severity: 'Medium',
    title: 'pages can be reloaded, and going back makes no second code',
    check: async (world) => {
      const browser = new Browser()
      const page = await loginPage(ask(world, world.publicClient), browser)
      must(loginForm(await browser.send(page.url)) !== undefined, 'the sign-in page cannot be reloaded')
      const asking = await askApproval(world)
      const again = await asking.browser.send(asking.page.url)
      must(again.status === 200, `the approval page reloaded is ${said(again)}`)
      await allow(asking)
      const back = await open(asking.browser, { ...asking.asked, url: asking.page.url })
      must(back.status < 500 && !/[?&]code=/.test(back.location ?? ''), `going back ends with ${said(back)}`)
    },
  },
  {
    id: 'BROW-023',
    clause: '-',
    severity: 'Low',
    title: 'sign-in and approval work without scripts',
    check: async (world) => {
      const { page } = await signIn(world, new Browser())
      const login = loginForm(page)
      must(login?.button !== undefined, 'the sign-in form has no button')
      const { allow: approval } = await askApproval(world)
      must(approval.form.controls.some(isButton), 'the approval form has no button')
    },
  },
  {
    id: 'BROW-025',
    clause: 'OWASP ASVS 2.1.11',
    severity: 'Low',
    title: 'password managers know the sign-in form',
    check: async (world) => {
      const page = await loginPage(ask(world, world.publicClient), new Browser())
      const { form } = page.login
      const field = form.controls.find(({ kind }) => kind === 'password')
      must(field?.attributes.get('autocomplete') === 'current-password', 'autocomplete is not current-password')
      must(!field.attributes.has('value'), 'the field has a value')
      must(form.method === 'post', `the form is sent by ${form.method}`)
      must(new URL(form.action, page.url).origin === new URL(page.url).origin, 'the form is sent elsewhere')
      const id = field.attributes.get('id')
      const isLabelled = tagsOf(page.text).some(({ name, attributes }) => name === 'label' && attributes.get('for') === id)
      must((id !== undefined && isLabelled) || field.attributes.has('aria-label'), 'the field has no label')
    },
  },
]
