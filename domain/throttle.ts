import type { AttemptCounter } from '../ports/attempt-counter.js'
import type { Clock } from '../ports/clock.js'
import type { Secrets } from '../ports/secrets.js'
import type { Attempts } from './attempts.js'
import type { Source } from './audit.js'
import { TooManyAttempts } from './errors.js'
import { Gate } from './gate.js'
import { networkOf } from './network.js'
import { Underway } from './underway.js'

export interface ThrottleLimits {
  readonly loginAttempts: number
  readonly loginWindowMs: number
}

/**
 * Lets so many passwords and one-time codes be tried per account and per network, over all processes together. What is under way counts until it
 * succeeds, so people who share a network and sign in at the same moment take turns: they are no attack.
 */
export class Throttle {
  readonly #counter: AttemptCounter
  readonly #secrets: Pick<Secrets, 'mac'>
  readonly #clock: Clock
  readonly #limits: ThrottleLimits
  readonly #turns: Gate
  /** One at a time, so that what is taken back at once is seen by nobody here. */
  readonly #reserving = new Gate(1)
  readonly #underway = new Underway()

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
    return this.#turns.within(network, async () => {
      const reserved = await this.#reserveInTurn(username, network)
      try {
        return await this.#counted(reserved, evaluate)
      } finally {
        this.#underway.end(network)
      }
    })
  }

  async #counted<T>(reserved: readonly Attempts[], evaluate: () => Promise<T | undefined>): Promise<T | undefined> {
    const outcome = await this.#unlessFailed(reserved, evaluate)
    if (outcome !== undefined) await this.#giveBack(reserved)
    return outcome
  }

  /** Takes back what was counted for work that could not be done. */
  async #unlessFailed<T>(reserved: readonly Attempts[], work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await this.#giveBack(reserved).catch(() => undefined)
      throw error
    }
  }

  /** A network that is full may have room when what is under way there succeeds. */
  async #reserveInTurn(username: string, network: string): Promise<readonly Attempts[]> {
    for (;;) {
      const { reserved, end } = await this.#reserving.within(network, async () => this.#tryReserving(username, network))
      if (!(reserved instanceof TooManyAttempts)) return reserved
      if (end === undefined) throw reserved
      await end
    }
  }

  async #tryReserving(username: string, network: string) {
    // Asked for first: what ends from here on may have been counted below.
    const end = this.#underway.nextEnd(network)
    const reserved = await this.#reserve(username, network)
    if (!(reserved instanceof TooManyAttempts)) this.#underway.begin(network)
    return { reserved, end }
  }

  /** TooManyAttempts when the network is full. */
  async #reserve(username: string, network: string): Promise<readonly Attempts[] | TooManyAttempts> {
    const ofNetwork = await this.#count(`network ${network}`)
    if (this.#isOver(ofNetwork)) {
      // Nothing is tried, so nothing is to be counted; what was tried keeps it full.
      await this.#giveBack([ofNetwork])
      return this.#tooMany(ofNetwork)
    }
    const ofAccount = await this.#unlessFailed([ofNetwork], () => this.#count(`account ${username}`))
    if (!this.#isOver(ofAccount)) return [ofNetwork, ofAccount]
    // Who shares the network is not to pay for it.
    await this.#giveBack([ofNetwork, ofAccount])
    throw this.#tooMany(ofAccount)
  }

  #count(what: string): Promise<Attempts> {
    const now = this.#clock.now()
    const key = Buffer.from(this.#secrets.mac('attempt', Buffer.from(what))).toString('base64url')
    return this.#counter.reserve(key, now, new Date(now.getTime() + this.#limits.loginWindowMs))
  }

  async #giveBack(reserved: readonly Attempts[]): Promise<void> {
    await Promise.all(reserved.map(({ key, until }) => this.#counter.giveBack(key, until)))
  }

  #isOver({ count }: Attempts): boolean {
    return count > this.#limits.loginAttempts
  }

  #tooMany({ until }: Attempts): TooManyAttempts {
    return new TooManyAttempts(Math.max(1, Math.ceil((until.getTime() - this.#clock.now().getTime()) / 1000)))
  }
}
