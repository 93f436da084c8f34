import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { readConfig, type Config } from '../../src/config.js'
import { demoPassword } from '../../src/demo.js'
import { startServer, type Running } from '../../src/serve.js'
import { testEnvironment } from '../support/server.js'
import { AXE, violations } from './axe.js'
import { launch } from './stage.js'

describe('the demo in Chromium', function () {
  this.timeout(60_000)
  let server: Running
  let config: Config
  let folder: string
  let browser: Browser

  before(async function () {
    browser = await launch(this)
    folder = await mkdtemp(join(tmpdir(), 'portcullis-demo-'))
    config = readConfig(await testEnvironment(folder), folder)
    server = await startServer(config)
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

  it('passes axe-core, before and after', async () => {
    const context = await browser.newContext({ bypassCSP: true, reducedMotion: 'reduce' })
    const page = await context.newPage()
    await page.goto(`${config.issuer}/demo`)
    await page.evaluate(AXE)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await violations(page), colorScheme).to.deep.equal([])
    }
    await context.close()
  })
})
