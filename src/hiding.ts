/** A shorter text is no secret, and would be found everywhere. */
const SHORTEST = 4

/**
 * Hides in a text what follows the question mark of `url`, and what could be a secret in it: the value of each parameter and the password before
 * each @. A driver's words often repeat what it was given.
 */
export function hiding(url: string): (text: string) => string {
  const given = url.includes('?') ? url.slice(url.indexOf('?') + 1) : ''
  const values = given.split(/[&;]/).map((parameter) => parameter.slice(parameter.indexOf('=') + 1))
  const passwords = [...given.matchAll(/:\/*[^/:@\s]*:([^@\s]+)@/g)].map(([, password = '']) => password)
  const hidden = [given, ...values, ...passwords].flatMap((text) => [text, decoded(text)]).filter(({ length }) => length >= SHORTEST)
  const longestFirst = hidden.toSorted((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
