import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { AXE, violations } from './axe.js'
import { Stage } from './stage.js'
import { HEADINGS, STATES } from './states.js'

const CONTROLS = `document.querySelectorAll('a[href], button, input:not([type=hidden])')`
const IS_TOO_WIDE = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'

interface Focus {
  readonly index: number
  readonly outline: number
  readonly isInView: boolean
}

const FOCUS = `(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
  const { top, bottom } = document.activeElement.getBoundingClientRect()
  return {
    index: [...${CONTROLS}].indexOf(document.activeElement),
    outline: outlineStyle === 'none' ? 0 : parseFloat(outlineWidth),
    isInView: bottom > 0 && top < innerHeight,
  }
})()`

/** Once round the page by Tab, from wherever the page put the focus. */
async function tabThrough(page: Page, steps: number): Promise<readonly Focus[]> {
  const seen: Focus[] = []
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press('Tab')
    const focus: Focus = await page.evaluate(FOCUS)
    if (focus.index >= 0) seen.push(focus)
  }
  return seen
}

describe('every page and state, for everybody', function () {
  this.timeout(60_000)
  let stage: Stage
  let page: Page

  before(async function () {
    stage = await Stage.open(this, { LOGIN_ATTEMPTS: '4' })
  })
  after(() => (stage as Stage | undefined)?.close())

  for (const [state, open] of Object.entries(STATES)) {
    describe(state, () => {
      before(async () => {
        const guest = await stage.guest({ javaScriptEnabled: true, bypassCSP: true, reducedMotion: 'reduce' })
        page = guest.page
        await open(guest, stage)
        expect(await guest.heading()).to.equal(HEADINGS[state])
      })
      after(() => page.context().close())

      it('passes axe-core (WCAG 2.2 AA) in light and dark, on a phone and on a desk', async () => {
        await page.evaluate(AXE)
        for (const width of [360, 1280]) {
          await page.setViewportSize({ width, height: 740 })
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme })
            expect(await violations(page), `${colorScheme} ${width.toString()}`).to.deep.equal([])
          }
        }
      })

      it('has room at 320 px, at 200 % zoom and with text twice the size, and controls of 44 px', async () => {
        for (const [width, text] of [[640, '100%'] as const, [1280, '200%'] as const, [320, '100%'] as const]) {
          await page.setViewportSize({ width, height: 370 })
          await page.evaluate(`document.documentElement.style.fontSize = '${text}'`)
          expect(await page.evaluate(IS_TOO_WIDE), `${width.toString()} ${text}`).to.equal(false)
        }
        const low = `[...${CONTROLS}].filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)`
        expect(await page.evaluate(low)).to.deep.equal([])
      })

      it('is used by keyboard alone: Tab reaches every control in order, and shows where it is', async () => {
        await page.setViewportSize({ width: 360, height: 740 })
        const count: number = await page.evaluate(`${CONTROLS}.length`)
        const seen = await tabThrough(page, count + 2)
        const order = seen.map(({ index }) => index).slice(0, count)
        const first = order[0] ?? 0
        expect(order).to.deep.equal(Array.from({ length: count }, (_, i) => (first + i) % count))
        expect(seen.filter(({ outline, isInView }) => outline < 2 || !isInView)).to.deep.equal([])
      })
    })
  }
})
