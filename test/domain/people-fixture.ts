import { Secret, TOTP } from 'otpauth'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { TotpCodes } from '../../adapters/system/one-time-codes.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { AccountKeeper } from '../../domain/account-keeper.js'
import type { AuditEvent } from '../../domain/audit.js'
import { PersonAuthenticator } from '../../domain/person-authenticator.js'
import { SessionKeeper } from '../../domain/session-keeper.js'
import { Throttle } from '../../domain/throttle.js'
import type { User } from '../../domain/user.js'
import type { SignedIn } from '../../ports/for-authenticating.js'
import type { PasswordHasher } from '../../ports/password-hasher.js'
import type { Storage } from '../../ports/storage.js'
import { aUser, HOUR, MINUTE, NOW } from '../support/builders.js'

export const PASSWORD = 'correct horse'
export const HOME = { requestId: 'test', address: '192.0.2.1' }
export const ELSEWHERE = { requestId: 'test', address: '198.51.100.7' }

/** People on the memory store, whose clock goes when it is told to; `wrap` may slow the store down. */
export class House {
  now = NOW
  /** Passwords that were evaluated. */
  verified = 0
  readonly events: AuditEvent[] = []
  readonly secrets = new SystemSecrets([Buffer.alloc(32, 7)])
  readonly storage: Storage
  readonly people: PersonAuthenticator
  readonly keeper: AccountKeeper
  readonly throttle: Throttle

  constructor(wrap: (storage: Storage) => Storage = (storage) => storage, loginAttempts = 10) {
    this.storage = wrap(openMemoryStorage())
    const { users, sessions, attempts } = this.storage
    const { secrets } = this
    const clock = { now: () => this.now }
    const audit = { record: (event: AuditEvent) => void this.events.push(event) }
    const [codes, hasher] = [new TotpCodes(), this.#hasher()]
    const sessionKeeper = new SessionKeeper({ users, sessions, secrets, clock }, { sessionIdleTtlMs: HOUR, sessionMaxTtlMs: 24 * HOUR })
    this.throttle = new Throttle(attempts, secrets, clock, { loginAttempts, loginWindowMs: 15 * MINUTE })
    this.people = new PersonAuthenticator({ users, sessionKeeper, throttle: this.throttle, codes, hasher, secrets, clock, audit })
    const parts = { users, sessions, sessionKeeper, people: this.people, codes, hasher, secrets, clock, audit, brand: 'Portcullis' }
    this.keeper = new AccountKeeper(parts)
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms)
  }

  async add(username = 'ada', overrides: Partial<User> = {}): Promise<User> {
    const { disabledAt: _, ...user } = aUser({
      username,
      passwordHash: `hash of ${PASSWORD}`,
      secondFactor: undefined,
      events: [],
      ...overrides,
    })
    await this.storage.users.add({ ...user, ...(overrides.disabledAt && { disabledAt: overrides.disabledAt }) })
    return user
  }

  signIn(username = 'ada', password = PASSWORD, source = HOME) {
    return this.people.signIn({ username, password }, source)
  }

  /** Whoever is signed in by the password alone. */
  async signedIn(username = 'ada', source = HOME): Promise<SignedIn & { token: string }> {
    const who = await this.signIn(username, PASSWORD, source)
    if (who === undefined) throw new Error('not signed in')
    return who
  }

  codeOf = (secret: string): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: this.now.getTime() })

  /** Gives the person a second factor; the next code is another one. */
  async enrol(username = 'ada'): Promise<{ secret: string; codes: readonly string[] }> {
    const who = await this.signedIn(username)
    const { secret } = this.keeper.enrolment(who)
    const done = await this.keeper.confirmEnrolment(who, this.codeOf(secret), HOME)
    if (done === undefined) throw new Error('not enrolled')
    this.pass(MINUTE)
    return { secret, codes: done.recoveryCodes }
  }

  #hasher(): PasswordHasher {
    return {
      hash: async (password) => `hash of ${password}`,
      verify: async (hash, password) => {
        this.verified++
        await new Promise((done) => setImmediate(done))
        return hash === `hash of ${password}`
      },
      isOutdated: () => false,
    }
  }
}

/** What a promise was rejected with. */
export async function refusal(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it was not refused')
}

export const times = <T>(count: number, act: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => act(i)))
