import type { HttpSettings } from './ports.js'

const METADATA = '/.well-known/oauth-authorization-server'

/** The path that every URL of the server begins with: that of the issuer, without a trailing slash. */
export function basePath(settings: HttpSettings): string {
  const known = bases.get(settings)
  if (known !== undefined) return known
  const base = new URL(settings.issuer).pathname.replace(/\/$/, '')
  bases.set(settings, base)
  return base
}

const bases = new WeakMap<HttpSettings, string>()

/** A path as a router wants it, in whose patterns some characters would mean something. */
export const escapeRoute = (path: string): string => path.replaceAll(/[{}()[\]+?!:*\\]/g, String.raw`\$&`)

/** `basePath` as a prefix of routes. */
export const routePrefix = (settings: HttpSettings): string => escapeRoute(basePath(settings))

/** RFC 8414 §3.1: the issuer's path comes after the well-known one. */
export const metadataPath = (settings: HttpSettings): string => METADATA + basePath(settings)

/** Whether programs, not people, ask there: they are answered in JSON. */
export function isBackChannel(path: string, settings: HttpSettings): boolean {
  const base = basePath(settings)
  return (
    path === `${base}/token` || path.startsWith(`${base}/token/`) || path.startsWith(`${base}/.well-known/`) || path.startsWith(METADATA)
  )
}

/** One spelling per URL: no `//`, no trailing slash, no percent-encoding, no dot segment; so no second one escapes a rule meant for the first. */
export function isCanonical(path: string, settings: HttpSettings): boolean {
  const base = basePath(settings)
  if (path === metadataPath(settings) || path === base || path === `${base}/`) return true
  return path.startsWith(`${base}/`) && /^(\/(\.well-known|[A-Za-z0-9_-][A-Za-z0-9._-]*))+$/.test(path.slice(base.length))
}
