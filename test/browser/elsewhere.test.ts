import { expect } from 'chai'
import { AXE, violations } from './axe.js'
import { Stage } from './stage.js'
import { STATES } from './states.js'

const IS_TOO_WIDE = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'
/** Dark enough for white letters, and as far from the default as may be. */
const BRAND = { BRAND_NAME: 'Sparkasse Donaudampfschifffahrt', BRAND_COLOR: '#7a1f5c' }

describe('every page and state in German, in another colour, and from right to left', function () {
  this.timeout(60_000)
  let stage: Stage

  before(async function () {
    stage = await Stage.open(this, { LOGIN_ATTEMPTS: '4', ...BRAND })
  })
  after(() => (stage as Stage | undefined)?.close())

  for (const [state, open] of Object.entries(STATES))
    it(`${state}: passes axe-core in light and dark, and has room at 320 px and at 200 %, whichever way it is read`, async () => {
      const guest = await stage.guest({ javaScriptEnabled: true, bypassCSP: true, reducedMotion: 'reduce', locale: 'de-DE' })
      const { page } = guest
      await open(guest, stage)
      expect(await page.getAttribute('html', 'lang')).to.equal('de')
      expect(await page.title()).to.include(BRAND.BRAND_NAME)
      await page.evaluate(AXE)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await violations(page), colorScheme).to.deep.equal([])
      }
      for (const direction of ['ltr', 'rtl'])
        for (const [width, text] of [[320, '100%'] as const, [1280, '200%'] as const]) {
          await page.setViewportSize({ width, height: 640 })
          await page.evaluate(`document.documentElement.dir = '${direction}'; document.documentElement.style.fontSize = '${text}'`)
          expect(await page.evaluate(IS_TOO_WIDE), `${direction} ${width} ${text}`).to.equal(false)
        }
      await guest.leave()
    })
})
