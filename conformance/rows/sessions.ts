import { mustBePage, said } from '../answers.js'
import { ask } from '../ask.js'
import { Browser, type Answer } from '../browser.js'
import { finish, loginPage, signedIn, signIn, type LoginForm } from '../journey.js'
import type { Row } from '../row.js'
import { must, Skipped } from '../verdict.js'
import type { World } from '../world.js'
import { codeIn } from './approval.js'
import { isSignedIn } from './sign-in.js'

/** The cookies that a sign-in sets, by name. */
const sessionCookies = ({ setCookies }: Pick<Answer, 'setCookies'>): readonly string[] =>
  setCookies.map((line) => line.split('=')[0]?.trim() ?? '').filter(Boolean)

function withCookies(cookies: Iterable<readonly [string, string]>): Browser {
  const browser = new Browser()
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  return browser
}

/** Values that the server never made from the one it did. */
const damaged = (value: string): readonly string[] => [
  value.slice(0, -1) + (value.endsWith('A') ? 'B' : 'A'),
  value.slice(0, value.length / 2),
  'x'.repeat(6_000),
  `${value}.forged`,
]

/** A sign-in page with an address of its own, which stands for the request. */
async function ownPage(world: World, browser: Browser): Promise<{ page: Answer & { login: LoginForm }; asked: ReturnType<typeof ask> }> {
  const asked = ask(world, world.publicClient)
  const page = await loginPage(asked, browser)
  if (page.url === asked.url) throw new Skipped('the sign-in has no address of its own')
  return { page, asked }
}

export const sessionRows: readonly Row[] = [
  {
    id: 'LOGIN-009',
    clause: 'OAuth2.1-16 §7.12; OWASP ASVS 3.2.1',
    severity: 'Critical',
    title: 'a sign-in changes the session cookie, and an old one is nobody’s',
    check: async (world) => {
      const probe = await signIn(world, new Browser())
      const names = sessionCookies(probe.answer)
      must(names.length > 0, 'the sign-in sets no cookie')
      const planted = names.map((name) => [name, 'A'.repeat(probe.browser.cookies.get(name)?.length ?? 32)] as const)
      const browser = withCookies(planted)
      await loginPage(ask(world, world.publicClient), browser)
      const before = new Map(browser.cookies)
      await signIn(world, browser)
      for (const name of names) must(browser.cookies.get(name) !== before.get(name), `${name} stays the same`)
      for (const old of [planted, before]) must(!(await isSignedIn(world, withCookies(old))), 'the cookie from before is signed in')
    },
  },
  {
    id: 'LOGIN-015',
    clause: 'RFC9700 §4.7; draft security-topics-update §2.3',
    severity: 'Critical',
    title: 'a sign-in cannot go on in another browser',
    check: async (world) => {
      const browser = new Browser()
      const { page, asked } = await ownPage(world, browser)
      for (const other of [new Browser(), await signedIn(world)]) {
        const answer = await other.send(page.url)
        must([400, 403].includes(answer.status) && answer.location === undefined, `another browser gets ${said(answer)}`)
      }
      must(codeIn(await finish(world, asked, browser, page)) !== undefined, 'the first browser cannot go on any more')
    },
  },
  {
    id: 'LOGIN-016',
    clause: '-',
    severity: 'Medium',
    title: 'a sign-in that is over says so',
    check: async (world) => {
      const browser = new Browser()
      const { page, asked } = await ownPage(world, browser)
      must(codeIn(await finish(world, asked, browser, page)) !== undefined, 'the sign-in does not end with a code')
      mustBePage(await browser.send(page.url), [400, 410])
    },
  },
  {
    id: 'LOGIN-019',
    clause: '-',
    severity: 'Medium',
    title: 'a damaged session cookie is nobody’s',
    check: async (world) => {
      const { answer, browser } = await signIn(world, new Browser())
      for (const name of sessionCookies(answer)) {
        for (const value of damaged(browser.cookies.get(name) ?? '')) {
          const other = withCookies([...browser.cookies, [name, value]])
          const page = await other.follow(await other.send(ask(world, world.publicClient).url), world.publicClient.redirectUri)
          must(page.status < 500, `${value.length} characters in ${name}: ${said(page)}`)
          must(!(await isSignedIn(world, withCookies([...browser.cookies, [name, value]]))), `${name} counts although it is damaged`)
        }
      }
    },
  },
  {
    id: 'LOGIN-023',
    clause: 'RFC9700 §4.11.2',
    severity: 'Low',
    title: 'the sign-in page leads a person who is signed in nowhere else',
    check: async (world) => {
      const { page } = await ownPage(world, new Browser())
      const { origin, pathname } = new URL(page.url)
      const browser = await signedIn(world)
      for (const name of ['return_to', 'next', 'redirect_uri', 'continue', 'url', 'flow']) {
        const answer = await browser.send(`${origin}${pathname}?${name}=https%3A%2F%2Fevil.test%2F`)
        must(answer.status < 500, `with ${name} it answers ${said(answer)}`)
        must(answer.location === undefined || new URL(answer.location).origin === origin, `${name} leads to ${answer.location ?? ''}`)
      }
    },
  },
]
