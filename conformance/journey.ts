import { ask, type Ask } from './ask.js'
import { Browser, type Answer, type Fields } from './browser.js'
import { formsOf, isButton, type Control, type Form } from './html.js'
import { Failed, must } from './verdict.js'
import type { World } from './world.js'

const WORDS = {
  allow: /\b(allow|approve|accept|authori[sz]e|grant|agree|yes|continue)/i,
  deny: /\b(deny|reject|decline|cancel|refuse|disallow|no)\b/i,
}
export type Decision = keyof typeof WORDS

export interface LoginForm {
  readonly form: Form
  /** The names of its two fields. */
  readonly user: string
  readonly password: string
  readonly button: Control | undefined
}

export function loginForm({ text }: Pick<Answer, 'text'>): LoginForm | undefined {
  for (const form of formsOf(text)) {
    const password = form.controls.find(({ kind }) => kind === 'password')
    const user = form.controls.find(({ kind, name }) => ['text', 'email', 'search'].includes(kind) && name !== '')
    if (password !== undefined && user !== undefined) {
      return { form, user: user.name, password: password.name, button: form.controls.find(isButton) }
    }
  }
  return undefined
}

export interface DecisionForm {
  readonly form: Form
  readonly button: Control | undefined
  /** A field that says it, when the button does not. */
  readonly fields: Fields
}

/** The form that carries the decision, in the name, the value or the words of a button or a field. */
export function decisionForm({ text }: Pick<Answer, 'text'>, decision: Decision): DecisionForm | undefined {
  const carries = ({ name, value, words }: Control): boolean => {
    const said = `${name} ${value} ${words}`
    return WORDS[decision].test(said) && (decision === 'deny' || !WORDS.deny.test(said))
  }
  for (const form of formsOf(text).filter(({ controls }) => controls.every(({ kind }) => kind !== 'password'))) {
    const button = form.controls.find((one) => isButton(one) && carries(one))
    if (button !== undefined) return { form, button, fields: {} }
    const field = form.controls.find((one) => ['radio', 'checkbox'].includes(one.kind) && carries(one))
    if (field !== undefined) return { form, button: form.controls.find(isButton), fields: { [field.name]: field.value } }
  }
  return undefined
}

export const submitLogin = (world: World, browser: Browser, page: Answer, login: LoginForm, typed: Fields = {}): Promise<Answer> =>
  browser.submit(page, login.form, { [login.user]: world.target.user, [login.password]: world.target.password, ...typed }, login.button)

/** Opens the request and follows it as far as nothing has to be typed or pressed. */
export const open = async (browser: Browser, { url, redirectUri }: Ask): Promise<Answer> =>
  browser.follow(await browser.send(url), redirectUri)

/** Signs in and decides when asked, from a page on. */
export async function finish(world: World, asked: Ask, browser: Browser, page: Answer, decision: Decision = 'allow'): Promise<Answer> {
  const here = await signInWhenAsked(world, asked, browser, page)
  const asking = loginForm(here) === undefined ? decisionForm(here, decision) : undefined
  if (asking === undefined) return here
  return browser.follow(await browser.submit(here, asking.form, asking.fields, asking.button), asked.redirectUri)
}

/** Where a request ends: at the client, with the whole address in `location`, or on a page. */
export async function land(world: World, asked: Ask, browser?: Browser): Promise<Answer> {
  const own = browser ?? (await signedIn(world))
  return finish(world, asked, own, await open(own, asked))
}

async function signInWhenAsked(world: World, asked: Ask, browser: Browser, page: Answer): Promise<Answer> {
  const login = loginForm(page)
  return login === undefined ? page : browser.follow(await submitLogin(world, browser, page, login), asked.redirectUri)
}

export interface Approval {
  readonly page: Answer
  readonly allow: DecisionForm
}

/** The page that asks for a decision; undefined when the server does not ask. */
export async function approvalPage(world: World, asked: Ask, browser: Browser): Promise<Approval | undefined> {
  const page = await signInWhenAsked(world, asked, browser, await open(browser, asked))
  const allow = loginForm(page) === undefined ? decisionForm(page, 'allow') : undefined
  return allow && { page, allow }
}

/** The page that asks for the password, in a browser in which nobody is signed in. */
export async function loginPage(asked: Ask, browser: Browser): Promise<Answer & { readonly login: LoginForm }> {
  const page = await open(browser, asked)
  const login = loginForm(page)
  if (login === undefined) throw new Failed(`there is no form with a password field; the answer was ${page.status}`)
  return { ...page, login }
}

/** A browser in which the person is signed in. */
export async function signedIn(world: World): Promise<Browser> {
  world.browser ??= (await signIn(world, new Browser())).browser
  return world.browser
}

export interface SignedIn {
  readonly browser: Browser
  /** The answer to the form, before any redirect is followed. */
  readonly answer: Answer
  readonly page: Answer
}

export async function signIn(world: World, browser: Browser): Promise<SignedIn> {
  const asked = ask(world, world.publicClient)
  const page = await loginPage(asked, browser)
  const answer = await submitLogin(world, browser, page, page.login)
  const next = await browser.follow(answer, asked.redirectUri)
  must(answer.status < 400 && loginForm(next) === undefined, `the sign-in was refused with ${answer.status}`)
  return { browser, answer, page }
}
