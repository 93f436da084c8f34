import type { Answered, Asked, Meddling } from './front.js'

/** A server that is wrong in one way, and the rows that must say so. */
export interface Wrong {
  readonly how: string
  readonly rows: string
  /** Fresh, as it may remember. */
  readonly meddling: () => Meddling
}

export type Where = (asked: Asked) => boolean

const pathOf = ({ url }: Asked): string => url.split('?', 1)[0] ?? ''
export const at =
  (path: RegExp | string, method?: string): Where =>
  (asked) =>
    (typeof path === 'string' ? pathOf(asked) === path : path.test(pathOf(asked))) && (method === undefined || asked.method === method)

export const METADATA = at(/oauth-authorization-server/)
export const JWKS = at(/jwks\.json$/)
export const AUTHORIZE = at('/authorize')
export const TOKEN = at('/token')
export const PAGES = at(/^\/(authorize|login|scopes|account)$/)
export const anywhere: Where = () => true

/** One that changes answers. */
export const answering = (where: Where, change: (answer: Answered, asked: Asked) => void): (() => Meddling) => {
  const answered = (answer: Answered, asked: Asked): void => {
    if (where(asked)) change(answer, asked)
  }
  return () => ({ answered })
}

/** One that changes requests. */
export const asking = (where: Where, change: (asked: Asked) => void): (() => Meddling) => {
  const asked = (one: Asked): undefined => {
    if (where(one)) change(one)
  }
  return () => ({ asked })
}

/** One that answers by itself. */
export const instead = (where: Where, answer: (asked: Asked) => Answered): (() => Meddling) => {
  const asked = (one: Asked): Answered | undefined => (where(one) ? answer(one) : undefined)
  return () => ({ asked })
}

type Members = Record<string, unknown>

export const membersOf = ({ body }: Answered): Members => {
  try {
    return JSON.parse(body) as Members
  } catch {
    return {}
  }
}

export const json =
  (change: (members: Members, asked: Asked) => Members) =>
  (answer: Answered, asked: Asked): void => {
    answer.body = JSON.stringify(change(membersOf(answer), asked))
  }

/** Sets a header, or with undefined takes it away. */
export const header =
  (name: string, value?: string) =>
  ({ headers }: Answered): void => {
    headers[name] = value
  }

export const status =
  (from: number, to: number) =>
  (answer: Answered): void => {
    if (answer.status === from) answer.status = to
  }

export const location =
  (change: (location: string, asked: Asked) => string) =>
  ({ headers }: Answered, asked: Asked): void => {
    if (headers.location !== undefined) headers.location = change(headers.location, asked)
  }

export const text =
  (change: (text: string, asked: Asked) => string) =>
  (answer: Answered, asked: Asked): void => {
    answer.body = change(answer.body, asked)
  }

export const made = (code: number, body = '', headers: Answered['headers'] = { 'content-type': 'text/html; charset=utf-8' }): Answered => ({
  status: code,
  headers,
  body,
})
export const sentTo = (address: string): Answered => made(303, '', { location: address })

/** The parameters of a query, changed. */
export function query(change: (parameters: URLSearchParams) => void): (asked: Asked) => void {
  return (asked) => {
    const [path = '', search = ''] = asked.url.split(/\?(.*)/s)
    const parameters = new URLSearchParams(search)
    change(parameters)
    asked.url = `${path}?${parameters.toString()}`
  }
}

/** The parameters of a body, changed. */
export function form(change: (parameters: URLSearchParams) => void): (asked: Asked) => void {
  return (asked) => {
    const parameters = new URLSearchParams(asked.body)
    change(parameters)
    asked.body = parameters.toString()
  }
}

export const fieldOf = ({ body }: Asked, name: string): string => new URLSearchParams(body).get(name) ?? ''

export const parameterOf = ({ url }: Asked, name: string): string => new URLSearchParams(url.split(/\?(.*)/s)[1] ?? '').get(name) ?? ''
