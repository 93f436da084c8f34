import type { Context } from 'mocha'
import { Secret, TOTP } from 'otpauth'
import { chromium as browserType, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { chromium } from '../support/chromium.js'
import { PASSWORD, startTestServer, type TestServer } from '../support/server.js'
import { wrongCode } from '../support/wrong-codes.js'
import { Guest } from './guest.js'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const MINUTE = 60_000

export const launch = (suite: Context): Promise<Browser> => browserType.launch({ executablePath: chromium(suite), args: FLAGS })

/** Playwright's own routes do not see what a redirect leads to. */
async function answerForClients(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  devtools.on('Fetch.requestPaused', ({ requestId }) => {
    const body = Buffer.from('<!doctype html><title>The client</title>').toString('base64')
    const responseHeaders = [{ name: 'Content-Type', value: 'text/html' }]
    void devtools.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body }).catch(() => undefined)
  })
  await devtools.send('Fetch.enable', { patterns: [{ urlPattern: 'https://rp.test/*' }] })
}

/** A server whose clock can be moved, and a browser in front of it. */
export class Stage {
  readonly server: TestServer
  readonly #browser: Browser
  readonly #time: { ahead: number }
  #guests = 0
  #people = 0

  private constructor(server: TestServer, browser: Browser, time: { ahead: number }) {
    this.server = server
    this.#browser = browser
    this.#time = time
  }

  static async open(suite: Context, settings: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const browser = await launch(suite)
    const time = { ahead: 0 }
    const clock = { now: () => new Date(Date.now() + time.ahead) }
    const server = await startTestServer({ TRUST_PROXY: '1', ...settings }, (storage) => storage, clock)
    return new Stage(server, browser, time)
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await this.server.stop()
  }

  wait(milliseconds: number): void {
    this.#time.ahead += milliseconds
  }

  /** A browser of its own, at an address of its own. The pages of clients are answered here. */
  async guest(options: BrowserContextOptions = {}): Promise<Guest> {
    this.#guests += 1
    const context = await this.#browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 360, height: 740 },
      locale: 'en-GB',
      extraHTTPHeaders: { 'X-Forwarded-For': `192.0.2.${this.#guests.toString()}` },
      ...options,
    })
    return this.#at(await context.newPage())
  }

  /** The same browser once more. */
  async tab(guest: Guest): Promise<Guest> {
    return this.#at(await guest.page.context().newPage())
  }

  async #at(page: Page): Promise<Guest> {
    await answerForClients(page)
    return new Guest(page, this.server.issuer)
  }

  /** Somebody new, whose password is PASSWORD. */
  async person(more: { username?: string; name?: string; email?: string } = {}): Promise<string> {
    this.#people += 1
    const draft = { username: `person-${this.#people.toString()}`, password: PASSWORD, ...more }
    return (await this.server.administering.createUser(draft, { requestId: 'test', address: 'cli' })).username
  }

  /** The code that an authenticator app shows next: each is of a time step of its own. */
  nextCode(secret: string): string {
    this.wait(MINUTE / 2)
    return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + this.#time.ahead })
  }

  /** A code that it shows neither now nor soon. */
  wrongCode(secret: string): string {
    return wrongCode(secret, Date.now() + this.#time.ahead)
  }
}
