import type { AttemptCounter } from '../ports/attempt-counter.js'
import type { Clock } from '../ports/clock.js'
import type { Secrets } from '../ports/secrets.js'
import type { Attempts } from './attempts.js'
import type { Source } from './audit.js'
import { TooManyAttempts } from './errors.js'
import { networkOf } from './network.js'

export interface ThrottleLimits {
  readonly loginAttempts: number
  readonly loginWindowMs: number
}

/** One attempt that may be evaluated. */
export interface ReservedAttempt {
  /** It succeeded, or was never evaluated: it does not count. */
  giveBack(): Promise<void>
}

/** Lets so many passwords and one-time codes be tried per account and per network, over all processes together. */
export class Throttle {
  readonly #counter: AttemptCounter
  readonly #secrets: Pick<Secrets, 'mac'>
  readonly #clock: Clock
  readonly #limits: ThrottleLimits

  constructor(counter: AttemptCounter, secrets: Pick<Secrets, 'mac'>, clock: Clock, limits: ThrottleLimits) {
    this.#counter = counter
    this.#secrets = secrets
    this.#clock = clock
    this.#limits = limits
  }

  /** Counts the attempt before it is evaluated. `username` as it was typed, known or not. Throws TooManyAttempts. */
  async reserve(username: string, { address }: Source): Promise<ReservedAttempt> {
    const network = await this.#count(`network ${networkOf(address)}`)
    this.#mustBeWithin(network)
    const account = await this.#count(`account ${username}`)
    if (account.count > this.#limits.loginAttempts) {
      // Nothing was tried: who shares the network is not to pay for it.
      await this.#giveBack(network)
      this.#mustBeWithin(account)
    }
    return {
      giveBack: async () => {
        await Promise.all([this.#giveBack(network), this.#giveBack(account)])
      },
    }
  }

  #count(what: string): Promise<Attempts> {
    const now = this.#clock.now()
    const key = Buffer.from(this.#secrets.mac('attempt', Buffer.from(what))).toString('base64url')
    return this.#counter.reserve(key, now, new Date(now.getTime() + this.#limits.loginWindowMs))
  }

  #giveBack({ key, until }: Attempts): Promise<void> {
    return this.#counter.giveBack(key, until)
  }

  #mustBeWithin({ count, until }: Attempts): void {
    if (count <= this.#limits.loginAttempts) return
    throw new TooManyAttempts(Math.max(1, Math.ceil((until.getTime() - this.#clock.now().getTime()) / 1000)))
  }
}
