import type { Ask } from './ask.js'
import type { Answer } from './browser.js'
import { tagsOf } from './html.js'
import { must, short } from './verdict.js'
import type { World } from './world.js'

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const said = ({ status, text, location }: Answer): string => `${status} ${short(location ?? text.replace(/\s+/g, ' '))}`

/** The members of a JSON object that was answered. */
export function members(answer: Answer): Readonly<Record<string, unknown>> {
  const json = parseJson(answer.text)
  must(isRecord(json), `no JSON object but ${said(answer)}`)
  return json
}

export const mediaType = ({ headers }: Answer): string => (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/
const TRACE = /\n\s+at |node_modules|\.(ts|js|py|java|go|rb):\d+/

/** RFC 6749 §5.2. */
export function mustBeJsonError(answer: Answer, statuses: readonly number[], codes: readonly string[], scheme?: string): void {
  must(statuses.includes(answer.status), `expected ${statuses.join('|')} ${codes.join('|')}, got ${said(answer)}`)
  must(mediaType(answer) === 'application/json', `the error is ${mediaType(answer) || 'of no type'}, not application/json`)
  mustNotBeCached(answer)
  const body = members(answer)
  must(typeof body['error'] === 'string' && codes.includes(body['error']), `expected ${codes.join('|')}, got ${said(answer)}`)
  for (const name of ['error_description', 'error_uri']) {
    const text = body[name]
    must(text === undefined || (typeof text === 'string' && DESCRIPTION.test(text)), `${name} has characters that are not allowed`)
  }
  must(!('access_token' in body) && !('refresh_token' in body), 'the error carries a token')
  must(!TRACE.test(answer.text), 'the error shows a stack trace')
  if (answer.status !== 401) return
  const challenge = answer.headers.get('www-authenticate') ?? ''
  must(challenge !== '', '401 without WWW-Authenticate')
  if (scheme !== undefined)
    must(challenge.toLowerCase().startsWith(scheme.toLowerCase()), `WWW-Authenticate is ${challenge}, not ${scheme}`)
}

export function mustNotBeCached({ headers }: Answer): void {
  must((headers.get('cache-control') ?? '').includes('no-store'), 'Cache-Control is not no-store')
  must((headers.get('pragma') ?? '').includes('no-cache'), 'Pragma is not no-cache')
}

/** The parameters that were added to the redirect URI. */
export function added(answer: Answer, { redirectUri }: Ask): URLSearchParams {
  const { location } = answer
  must(location !== undefined, `expected a redirect to the client, got ${said(answer)}`)
  const [bare = '', fragment] = location.split('#', 2)
  must(fragment === undefined || fragment === '' || fragment === '_', `the redirect has the fragment #${short(fragment ?? '')}`)
  const joint = redirectUri.includes('?') ? '&' : '?'
  must(bare.startsWith(redirectUri + joint), `the redirect leads to ${short(location)}, not to ${redirectUri}`)
  must([302, 303].includes(answer.status), `the redirect is a ${answer.status}`)
  must(answer.method !== 'POST' || answer.status === 303, `a POST is answered with ${answer.status}, not 303`)
  return new URLSearchParams(bare.slice(redirectUri.length + 1))
}

/** RFC 6749 §4.1.2.1, RFC 9207 §2. */
export function mustBeRedirectError(world: World, answer: Answer, asked: Ask, codes: readonly string[]): URLSearchParams {
  const parameters = added(answer, asked)
  mustHaveStateAndIssuer(world, parameters, asked)
  must(!parameters.has('code'), 'an error redirect carries a code')
  const errors = parameters.getAll('error')
  must(errors.length === 1 && codes.includes(errors[0] ?? ''), `expected ${codes.join('|')}, got ${errors.join(' and ') || 'no error'}`)
  must(DESCRIPTION.test(parameters.get('error_description') ?? ''), 'error_description has characters that are not allowed')
  return parameters
}

export function mustHaveStateAndIssuer(world: World, parameters: URLSearchParams, { state }: Ask): void {
  const [states, issuers] = [parameters.getAll('state'), parameters.getAll('iss')]
  if (state === undefined) must(states.length === 0, 'the redirect carries a state that was not sent')
  else must(states.length === 1 && states[0] === state, `expected the state that was sent once, got ${states.join(' and ') || 'none'}`)
  must(issuers.length === 1 && issuers[0] === world.issuer, `expected one iss that is the issuer, got ${issuers.join(' and ') || 'none'}`)
}

/** An error that the server shows itself, because nobody may be sent on. `payloads` must not be in it as they are. */
export function mustBePage(answer: Answer, statuses: readonly number[] = [400], payloads: readonly string[] = []): void {
  must(answer.location === undefined, `expected an error page, got a redirect to ${short(answer.location ?? '')}`)
  must(statuses.includes(answer.status), `expected an error page with ${statuses.join('|')}, got ${said(answer)}`)
  must(mediaType(answer) === 'text/html', `the error page is ${mediaType(answer) || 'of no type'}`)
  must(!answer.headers.has('refresh') && !refreshes(answer), 'the error page leads on by itself')
  for (const payload of payloads) must(!answer.text.includes(payload), `the error page repeats ${payload} as it is`)
  mustBeFramedByNobody(answer)
  must(answer.headers.get('x-content-type-options') === 'nosniff', 'the error page lacks X-Content-Type-Options')
  must(answer.headers.has('referrer-policy'), 'the error page lacks Referrer-Policy')
  must((answer.headers.get('cache-control') ?? '').includes('no-store'), 'the error page may be cached')
}

const refreshes = ({ text }: Answer): boolean =>
  tagsOf(text).some(
    ({ name, isEnd, attributes, text: code }) =>
      !isEnd &&
      ((name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'refresh') || (name === 'script' && /\blocation\b/.test(code))),
  )

export function mustBeFramedByNobody({ url, headers }: Answer): void {
  must(/^(deny|sameorigin)$/i.test(headers.get('x-frame-options') ?? ''), `no X-Frame-Options at ${short(url)}`)
  must(/frame-ancestors\s+'(none|self)'/i.test(headers.get('content-security-policy') ?? ''), `no frame-ancestors at ${short(url)}`)
}
