import type { Context } from 'koa'
import type { Secrets } from '../../../ports/secrets.js'
import { cookieFlags, cookieName } from '../browser-cookie.js'
import type { TokenResponse } from '../../oauth2/engine.js'
import type { HttpSettings } from '../ports.js'
import type { Dictionary } from '../texts/en.js'

/** Where the sample client is on its way. */
export interface DemoState {
  readonly pending?: { readonly state: string; readonly verifier: string }
  readonly tokens?: TokenResponse
  readonly refreshed: number
  readonly api?: { readonly status: number; readonly body: string }
  readonly failure?: DemoFailure
}

/** What went wrong, by the sentence that says so. */
export interface DemoFailure {
  readonly what: keyof Dictionary['demo']['failures']
  readonly detail?: string
}

/** Keeps the sample client's state in the browser, sealed: the server stores nothing for it. */
export class DemoMemory {
  readonly #secrets: Secrets
  readonly #settings: HttpSettings
  readonly #name: string

  constructor(secrets: Secrets, settings: HttpSettings) {
    this.#secrets = secrets
    this.#settings = settings
    this.#name = cookieName(settings, 'portcullis-demo')
  }

  recall(ctx: Context): DemoState {
    const sealed = ctx.cookies.get(this.#name, { signed: false })
    const opened = sealed === undefined ? undefined : this.#secrets.unseal('demo', sealed)
    return opened === undefined ? { refreshed: 0 } : (JSON.parse(Buffer.from(opened).toString()) as DemoState)
  }

  keep(ctx: Context, state: DemoState): void {
    const sealed = this.#secrets.seal('demo', Buffer.from(JSON.stringify(state)))
    ctx.cookies.set(this.#name, sealed, cookieFlags(this.#settings))
  }
}
