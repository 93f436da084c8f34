/** The server to hold against the rows, and what is registered there. */
export interface Target {
  readonly issuer: string
  /** Confidential, registered for client_secret_basic. */
  readonly client: { readonly id: string; readonly secret: string }
  /** Public. */
  readonly client2: { readonly id: string }
  readonly redirectUri: string
  readonly redirectUri2: string
  readonly user: string
  readonly password: string
  /** What both clients may ask for; found out by asking when it is not said. */
  readonly scopes?: readonly string[]
  /** How many codes and tokens are collected where a row asks for many. */
  readonly samples: number
  /** After how long a code must be worthless. */
  readonly codeTtlMs: number
}

/** Time, so that nobody has to wait for it in a test. */
export interface Timing {
  now(): number
  wait(ms: number): Promise<void>
}

export const systemTiming: Timing = {
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** Nobody answers there, or not as an authorization server. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}
