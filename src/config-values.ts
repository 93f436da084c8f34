const SEGMENTS = /^(\/[A-Za-z0-9._~-]+)*$/

export const withoutTrailingSlash = (url: string): string => url.replace(/\/+$/, '')

export const isLoopback = (url: string): boolean => /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/.test(url)

/** Why it may not be the issuer (RFC 8414 §2: neither query nor fragment), or undefined when it may. */
export function issuerProblem(text: string): string | undefined {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return 'must be an absolute URL that begins with https:// or http://'
  const { username, password, origin, pathname } = new URL(text)
  if (username !== '' || password !== '' || text.includes('@')) return 'must not have user information'
  if (text.includes('?')) return 'must not have a query'
  if (text.includes('#')) return 'must not have a fragment'
  const issuer = withoutTrailingSlash(text)
  // Clients compare it byte for byte, and browsers put the normal form into Origin.
  if (issuer !== withoutTrailingSlash(origin + pathname))
    return 'must be in its normal form (lower case host, no default port, no dot segments)'
  if (!SEGMENTS.test(issuer.slice(origin.length))) return 'must have a path of letters, digits and - . _ ~ alone'
  return undefined
}

/** Why it names no store, or undefined when it does. Without the value, which may hold a password. */
export function storeProblem(store: string): string | undefined {
  if (store === 'memory:') return undefined
  const [, scheme, rest = ''] = /^([a-z+]+:)(.*)$/s.exec(store) ?? []
  switch (scheme) {
    case 'sqlite:':
      if (rest.startsWith('//')) return 'must be sqlite:PATH, without // after the colon'
      return /^[^\0]+$/.test(rest) && rest !== ':memory:' ? undefined : 'must be sqlite: and the path of a file'
    case 'module:':
      return rest === '' ? 'must be module: and the path of a module' : undefined
    case 'mongodb:':
    case 'mongodb+srv:':
      return /^\/\/(?:[^/?#]*@)?[^/?#@]+(?:[/?#]|$)/.test(rest) ? undefined : `must be ${scheme}// and a host`
    default:
      return 'must be sqlite:PATH, mongodb://…, mongodb+srv://…, module:PATH or memory:'
  }
}

/** The text with every password in it hidden; rather more than less when it is malformed, and all that is for a module alone. */
export const maskStore = (store: string): string =>
  store
    .replace(/^(module:[^?]*\?).+$/s, '$1***')
    .replace(/(:\/\/)(.*)@/s, (_, slashes: string, user: string) => `${slashes}${user.replace(/:.*/s, ':***')}@`)
    .replace(/([?&;][^=&;]*(?:password|secret|token|key|properties)[^=&;]*=)[^&;]*/gi, '$1***')

/** Why it is no list of secrets, or undefined when it is. */
export function secretsProblem(text: string): string | undefined {
  const all = text.split(',').map((secret) => secret.trim())
  for (const [index, secret] of all.entries()) {
    const which = all.length === 1 ? '' : `number ${(index + 1).toString()} of ${all.length.toString()} `
    if (!/^[A-Za-z0-9_-]+$/.test(secret) || secret.length % 4 === 1)
      return `${which}is not base64url (letters, digits, - and _, without padding)`
    if (Buffer.byteLength(secret, 'base64url') < 32) return `${which}has fewer than 32 bytes`
  }
  return undefined
}

/** WCAG 2.2 contrast of `#rrggbb` with white, 1 to 21. */
export function contrastWithWhite(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

/** The one of `names` that takes the fewest insertions, deletions and replacements. */
export function nearest(name: string, names: readonly string[]): string {
  const [best = ''] = names.toSorted((a, b) => editDistance(name.toUpperCase(), a) - editDistance(name.toUpperCase(), b))
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, letter] of Array.from(a).entries()) {
    const next = [index + 1]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
