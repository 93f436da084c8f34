import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { said } from '../answers.js'
import { ask } from '../ask.js'
import { Browser, type Answer, type Fields } from '../browser.js'
import type { Form } from '../html.js'
import { loginForm, loginPage, open, signIn, submitLogin, type LoginForm } from '../journey.js'
import type { Row } from '../row.js'
import { must } from '../verdict.js'
import type { World } from '../world.js'

const wrongPassword = (): string => `wrong-${randomBytes(9).toString('hex')}`

interface Attempt {
  readonly browser: Browser
  readonly page: Answer & { readonly login: LoginForm }
  readonly answer: Answer
}

/** Types these into the form of a new browser. */
export async function attempt(world: World, user: string, password: string): Promise<Attempt> {
  const browser = new Browser()
  const page = await loginPage(ask(world, world.publicClient), browser)
  const answer = await submitLogin(world, browser, page, page.login, { [page.login.user]: user, [page.login.password]: password })
  return { browser, page, answer }
}

export const isSignedIn = async (world: World, browser: Browser): Promise<boolean> =>
  loginForm(await open(browser, ask(world, world.publicClient))) === undefined

/** What two answers may differ in: names that were typed, tokens, the time, the number of the request. */
function shapeOf({ status, headers, text }: Answer, user: string): unknown {
  const blind = (value: string): string =>
    value
      .replaceAll(user, '#')
      .replace(/[A-Za-z0-9_-]{20,}/g, '#')
      .replace(/expires=[^;]*/gi, '#')
  const own = [...headers]
    .filter(([name]) => !/^(date|x-request-id|.*request-?id|etag)$/.test(name))
    .map(([name, value]) => [name, blind(value)])
  return { status, headers: own, text: blind(text) }
}

const withoutHidden = (form: Form): Form => ({ ...form, controls: form.controls.filter(({ kind }) => kind !== 'hidden') })

interface Forgery {
  readonly how: string
  readonly headers?: Fields
  readonly change?: (form: Form) => Form
  readonly isForeign?: boolean
}
const FORGERIES: readonly Forgery[] = [
  { how: 'from another site', headers: { origin: 'https://evil.test' } },
  { how: 'without a token from another site', headers: { 'sec-fetch-site': 'cross-site' }, change: withoutHidden },
  { how: 'without a token', change: withoutHidden },
  { how: "with another browser's token", isForeign: true },
]

export async function mustRefuseForgery(world: World, { how, headers, change, isForeign }: Forgery): Promise<void> {
  const [browser, victim] = [new Browser(), new Browser()]
  const page = await loginPage(ask(world, world.publicClient), browser)
  const sender = isForeign === true ? victim : browser
  if (isForeign === true) await loginPage(ask(world, world.publicClient), victim)
  const { login } = page
  const typed = { [login.user]: world.target.user, [login.password]: world.target.password }
  const answer = await sender.submit(page, change?.(login.form) ?? login.form, typed, login.button, headers)
  must([400, 403].includes(answer.status) || loginForm(answer) !== undefined, `${how}: it answers ${said(answer)}`)
  must(!(await isSignedIn(world, sender)), `${how}: the person is signed in`)
}

export const signInRows: readonly Row[] = [
  {
    id: 'LOGIN-002',
    clause: 'OAuth2.1-16 §7.7',
    severity: 'High',
    title: 'a wrong password shows the form again',
    check: async (world) => {
      const { browser, answer } = await attempt(world, world.target.user, wrongPassword())
      must([200, 400, 401, 422].includes(answer.status), `it answers ${said(answer)}`)
      must(loginForm(answer) !== undefined, 'the form is not there again')
      must(!(await isSignedIn(world, browser)), 'the person is signed in')
    },
  },
  {
    id: 'LOGIN-003',
    clause: 'OAuth2.1-16 §7.7; OWASP ASVS 2.2',
    severity: 'High',
    title: 'an unknown user gets the same answer as a known one',
    check: async (world) => {
      const { user } = world.target
      const nobody = randomBytes(user.length).toString('hex').slice(0, user.length)
      const [known, unknown] = [await attempt(world, user, wrongPassword()), await attempt(world, nobody, wrongPassword())]
      must(isDeepStrictEqual(shapeOf(known.answer, user), shapeOf(unknown.answer, nobody)), 'the answers differ')
    },
  },
  {
    id: 'LOGIN-011',
    clause: 'RFC9700 §4.7; RFC6819 §4.4.1.8',
    severity: 'High',
    title: 'a form of another site or browser signs nobody in',
    check: async (world) => {
      for (const forgery of FORGERIES) await mustRefuseForgery(world, forgery)
    },
  },
  {
    id: 'LOGIN-014',
    clause: 'RFC9700 §4.12',
    severity: 'High',
    title: 'the password is in the body of the form and nowhere else',
    check: async (world) => {
      const password = wrongPassword()
      const { page, answer } = await attempt(world, world.target.user, password)
      must(page.login.form.method === 'post', `the form is sent by ${page.login.form.method}`)
      must(!answer.text.includes(password), 'the page repeats the password')
      const right = await signIn(world, new Browser())
      const { location = '' } = right.answer
      must(!decodeURIComponent(location).includes(world.target.password), 'the redirect repeats the password')
    },
  },
  {
    id: 'LOGIN-022',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'High',
    title: 'a hostile user name is escaped and cut',
    check: async (world) => {
      const script = '<script>alert(1)</script>"\''
      for (const user of [script, 'x'.repeat(10_000), 'a\u0000b\u202ec']) {
        const { answer } = await attempt(world, user, wrongPassword())
        must(answer.status < 500, `it answers ${said(answer)}`)
        must(!answer.text.includes('<script>alert(1)'), 'the name is not escaped')
        must(!answer.text.includes('x'.repeat(2_000)), 'the name is repeated in full length')
      }
    },
  },
]
