import type { Asked, Meddling } from './front.js'
import { at, fieldOf, made, PAGES, parameterOf, sentTo, TOKEN, membersOf } from './meddling.js'
import { LOOPBACK_URI } from './server.js'

const SESSION = 'portcullis'
const BROWSER = 'portcullis-browser'
const SIGN_IN = at('/login', 'POST')
const DECIDE = at('/scopes', 'POST')
const ASK = at('/scopes', 'GET')

const cookieOf = ({ headers }: Asked, name: string): string => new RegExp(`(?:^|; )${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1] ?? ''

function withCookie(asked: Asked, name: string, value: string): void {
  const others = (asked.headers.cookie ?? '').split('; ').filter((pair) => pair !== '' && !pair.startsWith(`${name}=`))
  asked.headers.cookie = [...others, `${name}=${value}`].join('; ')
}

const sessionIn = (lines: readonly string[] | undefined): string => /^portcullis=([^;]*)/m.exec(lines?.join('\n') ?? '')?.[1] ?? ''

/** The cookie that a browser brings along is its session from the sign-in on. */
export function fixed(): Meddling {
  const real = new Map<string, string>()
  return {
    asked: (asked) => {
      const session = real.get(cookieOf(asked, SESSION))
      if (session !== undefined) withCookie(asked, SESSION, session)
      return undefined
    },
    answered: ({ headers }, asked) => {
      const brought = cookieOf(asked, SESSION)
      if (!SIGN_IN(asked) || brought === '') return
      real.set(brought, sessionIn(headers['set-cookie']))
      headers['set-cookie'] = headers['set-cookie']?.map((line) => line.replace(/^portcullis=[^;]*/, `portcullis=${brought}`))
    },
  }
}

/** A form without a token gets the one of its browser. */
export function tokenless(): Meddling {
  const tokens = new Map<string, string>()
  return {
    asked: (asked) => {
      if (SIGN_IN(asked) && fieldOf(asked, '_csrf') === '') asked.body += `&_csrf=${tokens.get(cookieOf(asked, BROWSER)) ?? ''}`
      return undefined
    },
    answered: ({ body }, asked) => {
      const token = /name="_csrf" value="([^"]*)"/.exec(body)?.[1]
      if (token !== undefined) tokens.set(cookieOf(asked, BROWSER), token)
    },
  }
}

/** A flow belongs to whoever has its address. */
export function shared(): Meddling {
  const owners = new Map<string, string>()
  return {
    asked: (asked) => {
      const flow = parameterOf(asked, 'flow')
      if (flow === '') return undefined
      const owner = owners.get(flow) ?? cookieOf(asked, BROWSER)
      owners.set(flow, owner)
      withCookie(asked, BROWSER, owner)
      return undefined
    },
  }
}

/** A session cookie counts when it begins like one. */
export function repaired(): Meddling {
  const known: string[] = []
  return {
    asked: (asked) => {
      const right = known.find((session) => cookieOf(asked, SESSION).startsWith(session.slice(0, 12)))
      if (right !== undefined) withCookie(asked, SESSION, right)
      return undefined
    },
    answered: ({ headers }, asked) => {
      if (SIGN_IN(asked) && headers['set-cookie'] !== undefined) known.push(sessionIn(headers['set-cookie']))
    },
  }
}

/** The scope of the form is the one that is granted. */
export function wider(): Meddling {
  let scope = ''
  return {
    asked: (asked) => {
      if (DECIDE(asked)) scope = fieldOf(asked, 'scope')
      return undefined
    },
    answered: (answer, asked) => {
      if (TOKEN(asked) && scope !== '') answer.body = JSON.stringify({ ...membersOf(answer), scope })
    },
  }
}

/** A decision counts every time. */
export const repeating = (): Meddling => ({
  answered: (answer, asked) => {
    if (DECIDE(asked) && answer.status === 400) Object.assign(answer, sentTo(`${LOOPBACK_URI}?code=x`))
  },
})

/** Whoever comes back to a question that was answered gets another code. */
export function generousToReturners(): Meddling {
  const over = new Set<string>()
  return {
    asked: (asked) => {
      const flow = parameterOf(asked, 'flow')
      if (ASK(asked) && over.has(flow)) return sentTo(`${LOOPBACK_URI}?code=x`)
      if (DECIDE(asked)) over.add(flow)
      return undefined
    },
  }
}

/** A question can be shown once. */
export function fragile(): Meddling {
  const seen = new Set<string>()
  return {
    asked: (asked) => {
      const flow = parameterOf(asked, 'flow')
      if (ASK(asked) && seen.has(flow)) return made(500)
      if (ASK(asked)) seen.add(flow)
      return undefined
    },
  }
}

/** Its own policy makes browsers send what it does not take. */
export const strict = (): Meddling => ({
  asked: (asked) => (asked.method === 'POST' && asked.headers.origin === 'null' ? made(403) : undefined),
  answered: ({ headers }, asked) => {
    if (PAGES(asked)) headers['referrer-policy'] = 'no-referrer'
  },
})
