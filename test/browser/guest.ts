import type { Locator, Page } from 'playwright-core'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { PASSWORD } from '../support/server.js'
import { authorizeUrl, pkce } from '../support/visitor.js'

/** A person at a browser. Fields are found by their names, so that the language of the page does not matter. */
export class Guest {
  readonly page: Page
  readonly #issuer: string

  constructor(page: Page, issuer: string) {
    this.page = page
    this.#issuer = issuer
  }

  /** The status of the answer. */
  async go(path: string): Promise<number> {
    const response = await this.page.goto(this.#issuer + path)
    return response?.status() ?? 0
  }

  get path(): string {
    return new URL(this.page.url()).pathname
  }

  /** Begins a flow of the client; answers the verifier. */
  async begin(client: ClientWithSecret, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    const proof = pkce()
    await this.page.goto(authorizeUrl(this.#issuer, client, proof, parameters))
    return proof.verifier
  }

  async signIn(username: string, password: string = PASSWORD): Promise<void> {
    await this.page.fill('input[name=username]', username)
    await this.page.fill('input[name=password]', password)
    await this.submit()
  }

  /** On the account page, whose forms are told apart by their actions. */
  async fill(action: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const form = this.page.locator(`form[action$="${action}"]`)
    for (const [name, value] of Object.entries(fields)) await form.locator(`input[name="${name}"]`).fill(value)
    await this.press(form.locator('button').first())
  }

  async enter(otp: string): Promise<void> {
    await this.page.fill('input[name=otp]', otp)
    await this.submit()
  }

  submit(): Promise<void> {
    return this.press(this.page.locator('main form button').first())
  }

  allow(): Promise<void> {
    return this.press(this.page.locator('button[value=allow]'))
  }

  deny(): Promise<void> {
    return this.press(this.page.locator('button[value=deny]'))
  }

  /** What leads to another page, until all of that is there. */
  async press(button: Locator): Promise<void> {
    await Promise.all([this.page.waitForEvent('domcontentloaded'), button.click()])
  }

  /** What the client was answered. */
  async answer(): Promise<URLSearchParams> {
    await this.page.waitForURL('https://rp.test/**')
    return new URL(this.page.url()).searchParams
  }

  async heading(): Promise<string> {
    return (await this.page.textContent('h1'))?.trim() ?? ''
  }

  /** The words of the page, as they are shown. */
  text(): Promise<string> {
    return this.page.locator('main').innerText()
  }

  /** Sets up a second factor on the account page. */
  async enrol(codeFor: (secret: string) => string): Promise<{ secret: string; recoveryCodes: readonly string[] }> {
    await this.go('/account')
    await this.fill('/account/otp/enrol', {})
    const secret = await this.secret()
    await this.enter(codeFor(secret))
    return { secret, recoveryCodes: await this.page.locator('main code').allTextContents() }
  }

  /** As it is shown at the enrolment. */
  async secret(): Promise<string> {
    return (await this.page.locator('main code').first().innerText()).replaceAll(/\s/g, '')
  }

  leave(): Promise<void> {
    return this.page.context().close()
  }
}
