import { PageError } from '../../../domain/errors.js'
import type { AuthorizationParameters } from '../../../domain/flow.js'

/** All values of each parameter, in order. */
export type Parameters = ReadonlyMap<string, readonly string[]>

const ENCODED = /^[\x20-\x7e]*$/
const CONTROL = /\p{Cc}/u

/**
 * application/x-www-form-urlencoded (RFC 6749 appendix B), read strictly: wrong percent-encoding, wrong UTF-8 and control characters are
 * PageError `malformed`. Control characters are allowed in `free`.
 */
export function parseParameters(text: string, free: readonly string[] = []): Parameters {
  if (!ENCODED.test(text)) throw new PageError('malformed')
  const all = new Map<string, string[]>()
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=')
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1))
    if (CONTROL.test(name) || (!free.includes(name) && CONTROL.test(value))) throw new PageError('malformed')
    if (name === '') continue
    const known = all.get(name)
    if (known === undefined) all.set(name, [value])
    else known.push(value)
  }
  return all
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new PageError('malformed')
  }
}

/** The one value; undefined when it is absent or empty. PageError `malformed` when it is there twice. */
export function single(parameters: Parameters, name: string): string | undefined {
  const values = parameters.get(name) ?? []
  if (values.length > 1) throw new PageError('malformed')
  return values[0] === '' ? undefined : values[0]
}

/** RFC 6749 §3.1: empty is absent. What is there twice stays so, for the domain to refuse; `resource` alone may be (RFC 8707 §2). */
export function authorizationParameters(parameters: Parameters): AuthorizationParameters {
  const present = [...parameters].map(([name, values]): [string, readonly string[]] => [
    name,
    name === 'resource' || values.length === 1 ? values.filter((value) => value !== '') : values,
  ])
  return Object.fromEntries(
    present.filter(([, values]) => values.length > 0).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  )
}

/** The inverse, for a query. */
export const queryOf = (parameters: AuthorizationParameters): string =>
  Object.entries(parameters)
    .flatMap(([name, values]) => [values].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`))
    .join('&')
