import type { AttemptCounter } from '../ports/attempt-counter.js'
import type { Clock } from '../ports/clock.js'
import type { Secrets } from '../ports/secrets.js'
import type { Attempts } from './attempts.js'
import type { Source } from './audit.js'
import { TooManyAttempts } from './errors.js'
import { Gate } from './gate.js'
import { networkOf } from './network.js'

export interface ThrottleLimits {
  readonly loginAttempts: number
  readonly loginWindowMs: number
}

/** Lets so many passwords and one-time codes be tried per account and per network, over all processes together. */
export class Throttle {
  readonly #counter: AttemptCounter
  readonly #secrets: Pick<Secrets, 'mac'>
  readonly #clock: Clock
  readonly #limits: ThrottleLimits
  /** What is under way counts: without turns, people who share a network and sign in at the same moment would be taken for an attack. */
  readonly #turns: Gate

  constructor(counter: AttemptCounter, secrets: Pick<Secrets, 'mac'>, clock: Clock, limits: ThrottleLimits) {
    this.#counter = counter
    this.#secrets = secrets
    this.#clock = clock
    this.#limits = limits
    this.#turns = new Gate(limits.loginAttempts)
  }

  /**
   * Counts the attempt before it is evaluated; one that succeeds, or could not be evaluated, does not count. Undefined is a failure. `username` as it
   * was typed, known or not. Throws TooManyAttempts, Busy.
   */
  async attempt<T>(username: string, { address }: Source, evaluate: () => Promise<T | undefined>): Promise<T | undefined> {
    const network = networkOf(address)
    await this.#turns.enter(network)
    try {
      return await this.#counted(await this.#reserve(username, network), evaluate)
    } finally {
      this.#turns.leave(network)
    }
  }

  async #counted<T>(reserved: readonly Attempts[], evaluate: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      const outcome = await evaluate()
      if (outcome !== undefined) await this.#giveBack(reserved)
      return outcome
    } catch (error) {
      await this.#giveBack(reserved).catch(() => undefined)
      throw error
    }
  }

  async #reserve(username: string, network: string): Promise<readonly Attempts[]> {
    const ofNetwork = await this.#count(`network ${network}`)
    this.#mustBeWithin(ofNetwork)
    const ofAccount = await this.#count(`account ${username}`)
    if (ofAccount.count > this.#limits.loginAttempts) {
      // Nothing is tried: who shares the network is not to pay for it.
      await this.#giveBack([ofNetwork])
      this.#mustBeWithin(ofAccount)
    }
    return [ofNetwork, ofAccount]
  }

  #count(what: string): Promise<Attempts> {
    const now = this.#clock.now()
    const key = Buffer.from(this.#secrets.mac('attempt', Buffer.from(what))).toString('base64url')
    return this.#counter.reserve(key, now, new Date(now.getTime() + this.#limits.loginWindowMs))
  }

  async #giveBack(reserved: readonly Attempts[]): Promise<void> {
    await Promise.all(reserved.map(({ key, until }) => this.#counter.giveBack(key, until)))
  }

  #mustBeWithin({ count, until }: Attempts): void {
    if (count <= this.#limits.loginAttempts) return
    throw new TooManyAttempts(Math.max(1, Math.ceil((until.getTime() - this.#clock.now().getTime()) / 1000)))
  }
}
