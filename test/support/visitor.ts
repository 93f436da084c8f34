import { createHash, randomBytes } from 'node:crypto'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { PASSWORD } from './server.js'

export interface Page {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Absolute. */
  readonly url: string
  /** Where it redirects to, absolute. */
  readonly location: string | undefined
}

/** A browser without a screen: keeps cookies, follows nothing by itself. */
export class Visitor {
  readonly cookies = new Map<string, string>()

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.#fetch(url, { headers })
  }

  /** Posts the form of a page: its hidden fields, its action, and what is typed in. */
  async submit(page: Page, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    const action = /<form[^>]*action="([^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? page.url
    const csrf = /name="_csrf"[^>]*value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    return this.post(new URL(action, page.url).href, { _csrf: csrf, ...fields }, headers)
  }

  async post(url: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    const sent = { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin, ...headers }
    return this.#fetch(url, { method: 'POST', body: new URLSearchParams(fields).toString(), headers: sent })
  }

  /** Follows redirects as long as they stay on the server. */
  async follow(page: Page): Promise<Page> {
    let here = page
    for (let hops = 0; hops < 10 && here.location?.startsWith(new URL(page.url).origin) === true; hops++)
      here = await this.get(here.location)
    return here
  }

  async #fetch(url: string, init: { method?: string; body?: string; headers: Readonly<Record<string, string>> }): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, ...(cookie && { cookie }) } })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const location = response.headers.get('location')
    const text = await response.text()
    const { status, headers } = response
    return { status, headers, text, url, location: location === null ? undefined : new URL(location, url).href }
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

export interface Pkce {
  readonly verifier: string
  readonly challenge: string
}

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** An authorization request of the client; `parameters` adds, replaces, and with undefined leaves out. */
export function authorizeUrl(
  issuer: string,
  { client }: ClientWithSecret,
  { challenge }: Pkce,
  parameters: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirectUris[0],
    scope: 'read',
    state: 'S1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...parameters,
  }
  const query = new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
  return `${issuer}/authorize?${query.toString()}`
}

/** Signs in and approves whatever is asked; answers the redirect to the client. */
export async function passThrough(visitor: Visitor, url: string, username = 'alice'): Promise<URL> {
  let page = await visitor.follow(await visitor.get(url))
  if (page.text.includes('name="password"')) page = await visitor.follow(await visitor.submit(page, { username, password: PASSWORD }))
  if (page.text.includes('name="decision"')) page = await visitor.submit(page, { decision: 'allow' })
  if (page.location === undefined) throw new Error(`the flow ended with ${page.status.toString()}: ${page.text.slice(0, 500)}`)
  return new URL(page.location)
}

export interface TokenAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** POST to a back channel with the client's registered authentication. */
export async function askBackChannel(
  url: string,
  { client, secret }: ClientWithSecret,
  fields: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const form = new URLSearchParams(fields)
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
  if (client.authMethod === 'client_secret_basic') {
    const basic = [client.id, secret ?? ''].map((half) => encodeURIComponent(half)).join(':')
    headers['authorization'] = `Basic ${Buffer.from(basic).toString('base64')}`
  } else form.set('client_id', client.id)
  if (client.authMethod === 'client_secret_post') form.set('client_secret', secret ?? '')
  const response = await fetch(url, { method: 'POST', headers, body: form.toString() })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

/** POST /token. */
export const askToken = (issuer: string, client: ClientWithSecret, fields: Readonly<Record<string, string>>): Promise<TokenAnswer> =>
  askBackChannel(`${issuer}/token`, client, fields)

/** POST /token/revoke. */
export const revoke = (
  issuer: string,
  client: ClientWithSecret,
  token: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> => askBackChannel(`${issuer}/token/revoke`, client, { token: String(token), ...more })

/** POST /token/introspect. */
export const introspect = (issuer: string, client: ClientWithSecret, token: unknown): Promise<TokenAnswer> =>
  askBackChannel(`${issuer}/token/introspect`, client, { token: String(token) })

/** A fresh code for the client, with its verifier. */
export async function freshCode(
  issuer: string,
  client: ClientWithSecret,
  options: { visitor?: Visitor; username?: string; parameters?: Readonly<Record<string, string | undefined>> } = {},
): Promise<{ code: string; verifier: string; redirect: URL }> {
  const proof = pkce()
  const url = authorizeUrl(issuer, client, proof, options.parameters)
  const redirect = await passThrough(options.visitor ?? new Visitor(), url, options.username)
  return { code: redirect.searchParams.get('code') ?? '', verifier: proof.verifier, redirect }
}

export const redeem = (
  issuer: string,
  client: ClientWithSecret,
  { code, verifier }: { code: string; verifier: string },
): Promise<TokenAnswer> => askToken(issuer, client, { grant_type: 'authorization_code', code, code_verifier: verifier })

export const refresh = (
  issuer: string,
  client: ClientWithSecret,
  token: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> => askToken(issuer, client, { grant_type: 'refresh_token', refresh_token: String(token), ...more })
