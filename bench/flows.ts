import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { passThrough, pkce, Visitor } from '../test/support/visitor.js'
import type { Deployment } from './deployments.js'
import { USERS, userName } from './stores.js'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** People who are signed in, each with a browser; together they walk 16 flows at a time. */
export class People {
  readonly #deployment: Deployment
  readonly #cookies: readonly string[]
  readonly #agent = new Agent({ keepAlive: true, maxSockets: USERS })

  private constructor(deployment: Deployment, cookies: readonly string[]) {
    this.#deployment = deployment
    this.#cookies = cookies
  }

  static async signIn(deployment: Deployment): Promise<People> {
    const cookies: string[] = []
    for (let number = 0; number < USERS; number++) {
      const visitor = new Visitor()
      await passThrough(visitor, authorizeUrl(deployment, pkce().challenge), userName(number))
      cookies.push([...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    }
    return new People(deployment, cookies)
  }

  /** Whole flows per second: /authorize, the code redeemed, the refresh token rotated. Throws when one step is refused. */
  async flows(seconds: number): Promise<number> {
    const start = performance.now()
    const until = start + seconds * 1000
    const counts = await Promise.all(this.#cookies.map((cookie) => this.#walkUntil(until, cookie)))
    return counts.reduce((sum, count) => sum + count) / ((performance.now() - start) / 1000)
  }

  leave(): void {
    this.#agent.destroy()
  }

  async #walkUntil(until: number, cookie: string): Promise<number> {
    let count = 0
    for (; performance.now() < until; count++) await this.#walk(cookie)
    return count
  }

  async #walk(cookie: string): Promise<void> {
    const { verifier, challenge } = pkce()
    const approved = await this.#ask('GET', authorizeUrl(this.#deployment, challenge), { cookie })
    const code = approved.status === 303 ? new URL(approved.headers.location ?? '').searchParams.get('code') : null
    if (code === null) throw new Error(`/authorize answered ${approved.status}: ${approved.text.slice(0, 500)}`)
    const { redirectUri } = this.#deployment
    const first = await this.#token({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri })
    const second = await this.#token({ grant_type: 'refresh_token', refresh_token: first })
    if (first === second) throw new Error('the refresh token did not rotate')
  }

  /** The refresh token that the answer carries. */
  async #token(fields: Readonly<Record<string, string>>): Promise<string> {
    const { address, clientId, secret } = this.#deployment
    const form = new URLSearchParams({ ...fields, client_id: clientId, client_secret: secret }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length }
    const { status, text } = await this.#ask('POST', `${address}/token`, headers, form)
    const answer = status === 200 ? (JSON.parse(text) as Record<string, unknown>) : {}
    const token = answer['refresh_token']
    if (typeof token !== 'string') throw new Error(`/token answered ${status} to ${fields['grant_type'] ?? ''}: ${text.slice(0, 500)}`)
    return token
  }

  #ask(method: string, url: string, headers: OutgoingHttpHeaders, body?: string): Promise<Answer> {
    return new Promise((answer, failed) => {
      const outgoing = request(url, { method, headers, agent: this.#agent }, (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => (text += chunk))
        incoming.on('end', () => answer({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }))
        incoming.on('error', failed)
      })
      outgoing.on('error', failed)
      outgoing.end(body)
    })
  }
}

function authorizeUrl({ address, clientId, redirectUri, scope }: Deployment, challenge: string): string {
  const proof = { code_challenge: challenge, code_challenge_method: 'S256' }
  const query = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope, state: 'bench', ...proof }
  return `${address}/authorize?${new URLSearchParams(query).toString()}`
}
