import type { HttpSettings } from '../adapters/http/ports.js'
import type { Config } from './config.js'
import { canHaveDemo, DEMO } from './demo.js'
import { packageRoot } from './root.js'

/** What the pages and endpoints need of the settings. */
export function httpSettings({ issuer, trustProxy, defaultResource, brand, production }: Config): HttpSettings {
  const settings = { issuer, trustProxy, defaultResource, brand, root: packageRoot() }
  return !production && canHaveDemo(issuer) ? { ...settings, demo: DEMO } : settings
}
