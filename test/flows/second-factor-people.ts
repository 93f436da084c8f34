import { Secret, TOTP } from 'otpauth'
import { decodeJwt, type JWTPayload } from 'jose'
import { NOW } from '../support/builders.js'
import { PASSWORD, type TestServer } from '../support/server.js'
import type { TestStore } from '../support/stores.js'
import type { Page, Visitor } from '../support/visitor.js'

/** A clock that goes when it is told to. */
export class HandClock {
  #now = NOW

  now = (): Date => new Date(this.#now)

  pass(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms)
  }
}

/** A clock that goes by itself, and jumps when it is told to. */
export class JumpingClock {
  #ahead = 0

  now = (): Date => new Date(Date.now() + this.#ahead)

  pass(ms: number): void {
    this.#ahead += ms
  }
}

export interface World extends TestServer {
  readonly clock: HandClock
  /** The names of two people. */
  readonly alice: string
  readonly bob: string
}

/** A server on a store of its own whose time stands still. */
export async function aServer(store: TestStore, settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const clock = new HandClock()
  const server = await store.start(settings, undefined, clock)
  return { ...server, clock, alice: 'alice', bob: 'bob' }
}

let made = 0

/** The same server, with two people who have done nothing yet, at a time when the throttle has forgotten what others tried. */
export async function withOthers(world: World): Promise<World> {
  world.clock.pass(16 * 60_000)
  const [alice, bob] = [`alice-${++made}`, `bob-${made}`]
  for (const username of [alice, bob])
    await world.administering.createUser({ username, password: PASSWORD }, { requestId: 'test', address: 'cli' })
  return { ...world, alice, bob }
}

export const secretOn = ({ text }: Page): string => /<code>([A-Z2-7]{32})<\/code>/.exec(text)?.[1] ?? ''

export const recoveryCodesOn = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/<code>([0-9a-z]{5}-[0-9a-z]{5})<\/code>/g)].map(([, code = '']) => code)

/** What an authenticator app shows now; `steps` later or, negative, before. */
export const codeOf = (secret: string, { clock }: World, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now().getTime() + steps * 30_000 })

export const csrfOn = ({ text }: Page): string => /name="_csrf" value="([^"]*)"/.exec(text)?.[1] ?? ''

/** Signs in without a flow; answers the page that this leads to. */
export async function signIn(
  visitor: Visitor,
  { issuer, alice = 'alice' }: Pick<World, 'issuer'> & Partial<World>,
  username = alice,
  password = PASSWORD,
): Promise<Page> {
  return visitor.follow(await visitor.submit(await visitor.get(`${issuer}/login`), { username, password }))
}

/** Presses the button of one of the forms on /account. */
export async function act(
  visitor: Visitor,
  { issuer }: TestServer,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const page = await visitor.get(`${issuer}/account`)
  return visitor.post(`${issuer}/account/${path}`, { _csrf: csrfOn(page), ...fields })
}

/** Gives whoever is signed in a second factor. */
export async function enrol(visitor: Visitor, world: World): Promise<{ secret: string; codes: readonly string[] }> {
  const page = await visitor.follow(await act(visitor, world, 'otp/enrol'))
  const secret = secretOn(page)
  const done = await visitor.submit(page, { otp: codeOf(secret, world) })
  if (done.status !== 200) throw new Error(`not enrolled: ${done.status.toString()}`)
  world.clock.pass(60_000)
  return { secret, codes: recoveryCodesOn(done) }
}

export const claimsOf = (body: Readonly<Record<string, unknown>>): JWTPayload => decodeJwt(String(body['access_token']))
