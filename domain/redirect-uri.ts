const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([1-9][0-9]{0,4}))?(\/[^#]*)?$/

/** Compares as RFC 9700 §2.1 asks: equal bytes, or a loopback address that differs in its port alone (RFC 8252 §7.3). */
export function matchesRedirectUri(registered: string, asked: string): boolean {
  if (registered === asked) return true
  const [known, other] = [LOOPBACK.exec(registered), LOOPBACK.exec(asked)]
  if (known === null || other === null) return false
  return known[1] === other[1] && (known[3] ?? '') === (other[3] ?? '') && Number(other[2] ?? 80) <= 65535
}

export const isLoopbackRedirect = (uri: string): boolean => LOOPBACK.test(uri)

export const isPrivateSchemeRedirect = (uri: string): boolean => !/^https?:/.test(uri)

/** RFC 8252 §8.6: another program on the device could answer at such an address, so a public client there is asked for each time. */
export const isImpersonable = (redirectUri: string): boolean => isLoopbackRedirect(redirectUri) || isPrivateSchemeRedirect(redirectUri)

/** What an answer adds to the query (RFC 6749 §4.1.2, RFC 9207 §2); no parameter may be there twice (RFC 6749 §3.1). */
const ANSWER = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri']

/** Why a URI may not be registered as a redirect URI, or undefined when it may. */
export function redirectUriProblem(uri: string): string | undefined {
  if (uri.length > 2000) return 'is longer than 2000 characters'
  if (!/^[\x21-\x7e]+$/.test(uri)) return 'has characters outside printable ASCII'
  if (uri.includes('*')) return 'has a wildcard'
  if (uri.includes('#')) return 'has a fragment'
  if (!URL.canParse(uri)) return 'is not a URL'
  const { protocol, username, password, hostname, searchParams } = new URL(uri)
  if (username !== '' || password !== '' || /^https?:\/\/[^/?]*@/.test(uri)) return 'has user information'
  const taken = ANSWER.find((name) => searchParams.has(name))
  if (taken !== undefined) return `has the parameter ${taken} in its query, which the answer adds`
  if (protocol === 'https:')
    return uri.startsWith(`https://`) && hostname !== '' ? canonicalProblem(uri) : 'is not of the form https://host/path'
  if (protocol === 'http:') return LOOPBACK.test(uri) ? canonicalProblem(uri) : 'uses http outside 127.0.0.1, [::1] and localhost'
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/.test(uri)
    ? undefined
    : 'uses a private scheme without a dot (write it like com.example.app:/cb)'
}

function canonicalProblem(uri: string): string | undefined {
  const { href } = new URL(uri)
  const same = href === uri || href === `${uri}/` || href.replace(/^(https?:\/\/[^/?]+)\/\?/, '$1?') === uri
  return same || /^https?:\/\/[^/]+:(80|443)(\/|$)/.test(uri) ? undefined : `is not in its normal form (${href})`
}
