import { isButton, type Control, type Form } from './html.js'
import { Failed } from './verdict.js'

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | ReadableStream
}

export interface Answer {
  readonly url: string
  readonly method: string
  readonly status: number
  readonly headers: Headers
  readonly setCookies: readonly string[]
  readonly text: string
  /** Absolute. */
  readonly location: string | undefined
}

export const FORM = 'application/x-www-form-urlencoded'

/** One request, no redirect followed. */
export async function send(url: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  const init = { method, headers, redirect: 'manual' as const, ...(body !== undefined && { body, duplex: 'half' as const }) }
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new Failed(`${method} ${url.slice(0, 200)} was not answered: ${reasonOf(error)}`)
  })
  const location = response.headers.get('location')
  return {
    url,
    method,
    status: response.status,
    headers: response.headers,
    setCookies: response.headers.getSetCookie(),
    text: await response.text(),
    location: location === null ? undefined : absolute(location, url),
  }
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}

/** As it is when it is absolute, so that its bytes can be compared. */
const absolute = (location: string, base: string): string =>
  /^[a-z][a-z0-9+.-]*:/i.test(location) || !URL.canParse(location, base) ? location : new URL(location, base).href

/** A browser without a screen and without scripts: keeps cookies, and follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, string>()

  async send(url: string, sent: Sent = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await send(url, { ...sent, headers: { ...(cookie && { cookie }), ...sent.headers } })
    for (const line of answer.setCookies) this.#keep(line)
    return answer
  }

  /** Follows redirects within the server, but not to the client. */
  async follow(start: Answer, client?: string): Promise<Answer> {
    let here = start
    for (let hops = 0; hops < 10 && here.location !== undefined && staysAt(here.location, start.url); hops++) {
      if (client !== undefined && here.location.startsWith(client)) break
      here = await this.send(here.location)
    }
    return here
  }

  /** Sends a form as a browser does: what is in it, what is typed in, and the button that is pressed. */
  async submit(page: Answer, form: Form, typed: Fields, button?: Control, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const fields = { ...presetsOf(form), ...typed, ...(button?.name && { [button.name]: button.value }) }
    const url = new URL(form.action, page.url).href
    const own = { 'content-type': FORM, origin: originFrom(page), 'sec-fetch-site': 'same-origin' }
    return this.send(url, { method: 'POST', headers: { ...own, ...headers }, body: new URLSearchParams(fields).toString() })
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^\s*([^=;]*)=([^;]*)/.exec(line) ?? []
    if (value === '' || /max-age=(0|-)|expires=thu, 01.jan.1970/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

export type Fields = Readonly<Record<string, string>>

/** What a form holds before anybody touches it. */
export const presetsOf = (form: Form): Fields =>
  Object.fromEntries(form.controls.filter((one) => one.name !== '' && one.isSet && !isButton(one)).map(({ name, value }) => [name, value]))

const staysAt = (location: string, url: string): boolean => URL.canParse(location) && new URL(location).origin === new URL(url).origin

/** WHATWG Fetch: with a policy of no-referrer a browser does not say where a form comes from. */
const originFrom = (page: Answer): string => (page.headers.get('referrer-policy') === 'no-referrer' ? 'null' : new URL(page.url).origin)
