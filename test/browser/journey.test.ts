import { expect } from 'chai'
import { chromium as browserType, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { createRequire } from 'node:module'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { readConfig, type Config } from '../../src/config.js'
import { demoPassword } from '../../src/demo.js'
import { startServer, type Running } from '../../src/serve.js'
import { chromium } from '../support/chromium.js'
import { PASSWORD, startTestServer, testEnvironment, type TestServer } from '../support/server.js'
import { authorizeUrl, pkce } from '../support/visitor.js'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe('a person in Chromium, with JavaScript off', function () {
  this.timeout(60_000)
  let server: TestServer
  let browser: Browser
  let context: BrowserContext
  let page: Page

  before(async function () {
    const executablePath = chromium(this)
    server = await startTestServer()
    browser = await browserType.launch({ executablePath, args: FLAGS })
  })
  after(async () => {
    await (browser as Browser | undefined)?.close()
    await (server as TestServer | undefined)?.stop()
  })
  beforeEach(async () => {
    context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })
    page = await context.newPage()
    await context.route('https://rp.test/**', (route) => route.fulfill({ body: 'the client' }))
  })
  afterEach(() => context.close())

  async function signIn(username: string, password: string): Promise<void> {
    await page.getByLabel('User name').fill(username)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  it('AUTHZ-001 BROW-007 BROW-023: signs in after a wrong password, approves and arrives at the client', async () => {
    const client = await server.client({ name: '<script>alert(1)</script>' })
    await page.goto(authorizeUrl(server.issuer, client, pkce()))
    await signIn('alice', 'a wrong password')
    expect(await page.getByRole('alert').textContent()).to.match(/user name or (the )?password|not right|wrong/i)
    expect(await page.getByLabel('Password').inputValue()).to.equal('')
    await signIn('alice', PASSWORD)
    expect(await page.textContent('main'))
      .to.include('rp.test')
      .and.include('To read things')
      .and.include('<script>alert(1)</script>')
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL('https://rp.test/**')
    expect(new URL(page.url()).searchParams.get('code')).to.match(/^pc_ac_/)
  })

  it('AUTHZ-031: Deny arrives at the client too', async () => {
    const client = await server.client()
    await page.goto(authorizeUrl(server.issuer, client, pkce()))
    await signIn('bob', PASSWORD)
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.waitForURL('https://rp.test/**')
    expect(new URL(page.url()).searchParams.get('error')).to.equal('access_denied')
  })

  it('BROW-021: going back after approving shows a page that says so, never a second code', async () => {
    const client = await server.client()
    await page.goto(authorizeUrl(server.issuer, client, pkce()))
    await signIn('bob', PASSWORD)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL('https://rp.test/**')
    const response = await page.goBack()
    expect(response?.status() ?? 200).to.be.lessThan(500)
    const again = page.getByRole('button', { name: 'Allow' })
    if ((await again.count()) > 0) await again.click()
    expect(page.url()).not.to.include('code=')
  })

  it('the account page lists the app, withdraws it, and signs out', async () => {
    const client = await server.client({ name: 'Withdrawn app' })
    await page.goto(authorizeUrl(server.issuer, client, pkce()))
    await signIn('alice', PASSWORD)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL('https://rp.test/**')
    await page.goto(`${server.issuer}/account`)
    const app = page.getByRole('button', { name: /Withdraw.*Withdrawn app/s })
    await app.click()
    expect(await page.getByRole('button', { name: /Withdraw.*Withdrawn app/s }).count()).to.equal(0)
    await page.goto(`${server.issuer}/logout`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.goto(`${server.issuer}/account`)
    expect(new URL(page.url()).pathname).to.equal('/login')
  })
})

describe('the demo in Chromium', function () {
  this.timeout(60_000)
  let server: Running
  let config: Config
  let folder: string
  let browser: Browser

  before(async function () {
    const executablePath = chromium(this)
    folder = await mkdtemp(join(tmpdir(), 'portcullis-demo-'))
    config = readConfig(await testEnvironment(folder), folder)
    server = await startServer(config)
    browser = await browserType.launch({ executablePath, args: FLAGS })
  })
  after(async () => {
    await (browser as Browser | undefined)?.close()
    await (server as Running | undefined)?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('runs code + PKCE, shows the token, refreshes and calls the sample API', async () => {
    const page = await browser.newPage()
    await page.goto(`${config.issuer}/demo`)
    await page.getByRole('link', { name: /start/i }).first().click()
    await page.getByLabel('User name').fill('demo')
    await page.getByLabel('Password').fill(demoPassword(new SystemSecrets(config.secrets)))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL('**/demo')
    expect(await page.textContent('main')).to.include('at+jwt')
    await page.getByRole('button', { name: /refresh/i }).click()
    await page.getByRole('button', { name: /api/i }).click()
    expect(await page.textContent('main')).to.include('200')
    await page.close()
  })

  it('every page passes axe-core in light and dark, at phone and desktop width', async () => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [320, 1280]) {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
        const page = await context.newPage()
        for (const path of ['/login', '/logout', '/demo', '/authorize', '/nope']) {
          await page.goto(config.issuer + path)
          await page.evaluate(axe)
          const found = await page.evaluate(
            'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].html))',
          )
          expect(found, `${path} ${colorScheme} ${width.toString()}`).to.deep.equal([])
          const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
          expect(wide, `${path} scrolls sideways`).to.equal(false)
        }
        await context.close()
      }
    }
  })
})
