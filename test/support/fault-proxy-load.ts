import { setTimeout as wait } from 'node:timers/promises'
import type { Deployment } from './process.js'
import { seededRandom } from './fault-proxy-plan.js'
import { authorizeUrl, pkce, freshCode, redeem, refresh, Visitor, type Pkce } from './visitor.js'

/** A tolerance, for measuring on a busy machine: CONTRACT §7.11 promises an answer within 5 s, and the server gives itself 4.7 s. */
export const IN_TIME_MS = 8_000
const TRIES = 100
const PAUSE_MS = 50

interface Answer {
  readonly status: number
  readonly headers: Headers
}

/** What the clients of one phase saw. */
export interface Tally {
  flows: number
  /** `redeem 200`, `refresh 503` …: how often. */
  readonly answers: Record<string, number>
  longestMs: number
  /** What must never happen, in words. */
  readonly violations: string[]
}

const emptyTally = (): Tally => ({ flows: 0, answers: {}, longestMs: 0, violations: [] })

interface Code extends Pick<Pkce, 'verifier'> {
  readonly code: string
}

/**
 * Honest clients and their people at several servers with one store: each runs code + refresh flows, any request at any server, and asks the same
 * again while the answer is 503. Some redeem one code or use one refresh token at several servers at once.
 */
export class FaultLoad {
  readonly #deployment: Deployment
  readonly #random: () => number
  readonly #visitors: Visitor[] = []
  readonly #redeemed: Code[] = []
  readonly #unused: string[] = []
  readonly #worthless: string[] = []
  #tally = emptyTally()

  constructor(deployment: Deployment, seed = 1) {
    this.#deployment = deployment
    this.#random = seededRandom(seed)
  }

  /** So many people sign in and approve; what they do later needs no form. */
  async signIn(people: number): Promise<void> {
    for (let i = 0; i < people; i++) {
      const visitor = new Visitor()
      await freshCode(this.#deployment.servers[0]?.issuer ?? '', this.#deployment.client, { visitor })
      this.#visitors.push(visitor)
    }
  }

  /** Everybody runs flows at once until there were so many, and as long as `goesOn` says. */
  async run(flows: number, goesOn: () => boolean = () => false): Promise<Tally> {
    this.#tally = emptyTally()
    const busy = this.#visitors.map(async (visitor) => {
      while (this.#tally.flows < flows || goesOn()) {
        this.#tally.flows++
        await this.#flow(visitor)
      }
    })
    await Promise.all(busy)
    return this.#tally
  }

  /** Without faults: what was delivered works, what was spent does not, and nobody is refused. */
  async verify(): Promise<Tally> {
    const { client } = this.#deployment
    this.#tally = emptyTally()
    await this.#demand('delivered refresh token', 200, this.#unused, (at, token) => refresh(at, client, token))
    await this.#demand('refresh token of a replayed code', 400, this.#worthless, (at, token) => refresh(at, client, token))
    await this.#demand('redeemed code', 400, this.#redeemed, (at, code) => redeem(at, client, code))
    return this.#tally
  }

  async #demand<T>(what: string, status: number, things: T[], ask: (at: string, thing: T) => Promise<Answer>): Promise<void> {
    const queue = things.splice(0)
    const workers = this.#visitors.map(async () => {
      for (let thing = queue.pop(); thing !== undefined; thing = queue.pop()) {
        const present = thing
        const answer = await this.#once(what, (at) => ask(at, present))
        if (answer?.status !== status) this.#tally.violations.push(`a ${what} was answered ${String(answer?.status)}`)
      }
    })
    await Promise.all(workers)
  }

  async #flow(visitor: Visitor): Promise<void> {
    const code = await this.#authorize(visitor)
    if (code === undefined) return
    const chance = this.#random()
    if (chance < 0.1) return this.#replay(code)
    const { client } = this.#deployment
    const { answer, isSure } = await this.#patiently('redeem', (at) => redeem(at, client, code))
    if (answer?.status !== 200) {
      if (isSure) this.#tally.violations.push(`a fresh code was answered ${String(answer?.status)}`)
      return
    }
    this.#redeemed.push(code)
    const token = answer.body['refresh_token']
    this.#unused.push(chance < 0.2 ? String(token) : await this.#refresh(String(token), chance < 0.6 ? 1 : 3))
  }

  async #authorize(visitor: Visitor): Promise<Code | undefined> {
    const proof = pkce()
    const { answer } = await this.#patiently('authorize', (at) => visitor.get(authorizeUrl(at, this.#deployment.client, proof)))
    const code = answer?.location === undefined ? null : new URL(answer.location).searchParams.get('code')
    if (code !== null) return { code, verifier: proof.verifier }
    this.#tally.violations.push(`/authorize answered ${String(answer?.status)} ${answer?.location ?? ''}`)
    return undefined
  }

  /** One code at every server at once, and again where the answer was 503: at most one works, and nothing of it in the end. */
  async #replay(code: Code): Promise<void> {
    const contenders = [1, 2, 3].map(() => this.#patiently('replay', (at) => redeem(at, this.#deployment.client, code)))
    const won = (await Promise.all(contenders)).flatMap(({ answer }) => (answer?.status === 200 ? [answer] : []))
    if (won.length > 1) this.#tally.violations.push(`one code was redeemed ${won.length.toString()} times`)
    this.#worthless.push(...won.map(({ body }) => String(body['refresh_token'])))
  }

  /** The newest token of the lineage after `times` parallel uses of this one. */
  async #refresh(token: string, times: number): Promise<string> {
    const uses = Array.from({ length: times }, () => this.#patiently('refresh', (at) => refresh(at, this.#deployment.client, token)))
    const answers = (await Promise.all(uses)).map(({ answer }) => answer)
    for (const answer of answers)
      if (answer?.status !== 200) this.#tally.violations.push(`a delivered refresh token was answered ${String(answer?.status)}`)
    const successors = new Set(answers.flatMap((answer) => (answer?.status === 200 ? [String(answer.body['refresh_token'])] : [])))
    if (successors.size > 1) this.#tally.violations.push(`a lineage forked into ${successors.size.toString()}`)
    const [successor = token] = successors
    return successor
  }

  /** Asks while the answer is 503; unsure are those that were, because nobody knows what a 503 had done. */
  async #patiently<T extends Answer>(what: string, ask: (at: string) => Promise<T>): Promise<{ answer: T | undefined; isSure: boolean }> {
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await this.#once(what, ask)
      if (answer !== undefined && answer.status !== 503) return { answer, isSure: tries === 0 }
      await wait(PAUSE_MS)
    }
    this.#tally.violations.push(`${what}: no answer but 503 in ${TRIES.toString()} tries`)
    return { answer: undefined, isSure: false }
  }

  /** One request at any server; undefined when it was not answered in time. */
  async #once<T extends Answer>(what: string, ask: (at: string) => Promise<T>): Promise<T | undefined> {
    const { servers } = this.#deployment
    const began = performance.now()
    const answer = await inTime(ask(servers[Math.floor(this.#random() * servers.length)]?.address ?? '')).catch((error: unknown) => {
      this.#tally.violations.push(`${what}: ${error instanceof Error ? `${error.message} ${String(error.cause)}` : String(error)}`)
      return undefined
    })
    this.#tally.longestMs = Math.max(this.#tally.longestMs, Math.round(performance.now() - began))
    const kind = `${what} ${String(answer?.status)}`
    this.#tally.answers[kind] = (this.#tally.answers[kind] ?? 0) + 1
    if (answer?.status === 503 && !/^[1-9]\d*$/.test(answer.headers.get('retry-after') ?? ''))
      this.#tally.violations.push(`${what}: 503 without Retry-After`)
    if (answer !== undefined && answer.status >= 500 && answer.status !== 503)
      this.#tally.violations.push(`${what}: ${answer.status.toString()}`)
    return answer
  }
}

/** Rejects when there is no answer by then. */
export async function inTime<T>(answer: Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(IN_TIME_MS)
  return Promise.race([
    answer,
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('no answer in time')))),
  ])
}
