/** A named permission (RFC 6749 §3.3), with the words that a person reads. */
export interface Scope {
  readonly name: string
  readonly description: string
}

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

export const isScopeToken = (text: string): boolean => SCOPE_TOKEN.test(text)

/** Splits `scope` by single spaces; undefined when it is not the syntax of RFC 6749 §3.3. Repeated names count once. */
export function parseScope(text: string): readonly string[] | undefined {
  const names = text.split(' ')
  return names.every(isScopeToken) ? [...new Set(names)] : undefined
}

export const formatScope = (names: readonly string[]): string => names.join(' ')

export const within = (asked: readonly string[], allowed: readonly string[]): boolean => asked.every((name) => allowed.includes(name))

export const intersect = (asked: readonly string[], allowed: readonly string[]): readonly string[] =>
  asked.filter((name) => allowed.includes(name))
