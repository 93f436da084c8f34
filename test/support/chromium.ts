import { existsSync } from 'node:fs'
import type { Context } from 'mocha'

const { PORTCULLIS_TEST_CHROMIUM, REQUIRE_CHROMIUM } = process.env
const path = PORTCULLIS_TEST_CHROMIUM ?? '/usr/bin/chromium'

/** For a suite's `before`: the browser to start. Without one the suite is pending, or fails where a browser is required. */
export const chromium = (suite: Context): string => {
  if (existsSync(path)) return path
  const advice = `no Chromium at ${path}: install the package "chromium" or set PORTCULLIS_TEST_CHROMIUM to its executable`
  if (REQUIRE_CHROMIUM === '1') throw new Error(advice)
  process.stdout.write(`    pending: ${advice}\n`)
  return suite.skip()
}
