import type { ClientWithSecret } from '../../ports/for-administering.js'
import type { Visitor } from './visitor.js'
import { authorizeUrl, pkce, redeem, refresh } from './visitor.js'

/** Clients that go through flows, code and refreshes, on whatever servers are named, until they are told to stop. */
export class FlowLoad {
  /** Every answer that was not as it should be, with what was asked. */
  readonly violations: string[] = []
  /** How often a client was asked to come again in a moment (503 with Retry-After), and did. */
  postponed = 0
  /** The newest refresh token of every lineage. */
  readonly tokens: unknown[] = []
  /** How many requests each server answered. */
  readonly answered = new Map<string, number>()
  readonly #client: ClientWithSecret
  #servers: readonly string[] = []
  #running: Promise<unknown> = Promise.resolve()
  #isStopped = false

  constructor(client: ClientWithSecret) {
    this.#client = client
  }

  /** `visitors` are signed in and have approved. */
  start(visitors: readonly Visitor[], servers: readonly string[]): void {
    this.#servers = servers
    this.#running = Promise.all(visitors.map((visitor) => this.#goOn(visitor)))
  }

  use(servers: readonly string[]): void {
    this.#servers = servers
  }

  /** Resolves when each of the servers has answered so many requests more. */
  async sees(servers: readonly string[], requests: number): Promise<void> {
    const goals = servers.map((server) => [server, this.#count(server) + requests] as const)
    while (goals.some(([server, goal]) => this.#count(server) < goal)) await new Promise((later) => setTimeout(later, 10))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #goOn(visitor: Visitor): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn++) {
      try {
        await this.#flow(visitor, turn)
      } catch (error) {
        this.violations.push(String(error))
      }
    }
  }

  async #flow(visitor: Visitor, turn: number): Promise<void> {
    const proof = pkce()
    const asked = await this.#on(turn, '/authorize', (at) => visitor.get(authorizeUrl(at, this.#client, proof)), 302, 303)
    const code = new URL(asked.location ?? '').searchParams.get('code') ?? ''
    let { body } = await this.#on(turn + 1, 'code', (at) => redeem(at, this.#client, { code, verifier: proof.verifier }), 200)
    for (let i = 0; i < 3; i++) {
      const token = body['refresh_token']
      body = (await this.#on(turn + i, 'refresh', (at) => refresh(at, this.#client, token), 200)).body
    }
    this.tokens.push(body['refresh_token'])
  }

  async #on<A extends { readonly status: number; readonly headers: Headers }>(
    turn: number,
    what: string,
    ask: (at: string) => Promise<A>,
    ...right: number[]
  ) {
    const server = this.#servers[turn % this.#servers.length] ?? ''
    let answer = await ask(server)
    for (; answer.status === 503 && answer.headers.has('retry-after'); this.postponed++) {
      await new Promise((later) => setTimeout(later, 200))
      answer = await ask(server)
    }
    this.answered.set(server, this.#count(server) + 1)
    if (!right.includes(answer.status)) throw new Error(`${what} at ${server}: ${answer.status.toString()}`)
    return answer
  }

  #count(server: string): number {
    return this.answered.get(server) ?? 0
  }
}
