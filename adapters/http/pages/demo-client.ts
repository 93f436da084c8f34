import type { Secrets } from '../../../ports/secrets.js'
import type { TokenResponse } from '../../oauth2/engine.js'
import type { DemoFailure, DemoState } from './demo-memory.js'

const TIMEOUT_MS = 5000
const ERROR_CODE = /^[a-z_]{1,40}$/

/** RFC 6749 §4.1.2, RFC 9207 §2. */
interface Arrival {
  readonly code: string | undefined
  readonly error: string | undefined
  readonly state: string | undefined
  readonly iss: string | undefined
}

/** A public client as RFC 9700 asks for: PKCE, `state` and `iss` checked, everything over HTTP as from anywhere else. */
export class DemoClient {
  readonly #issuer: string
  readonly #clientId: string
  readonly #secrets: Secrets

  constructor(issuer: string, clientId: string, secrets: Secrets) {
    this.#issuer = issuer
    this.#clientId = clientId
    this.#secrets = secrets
  }

  begin(): { address: string; pending: NonNullable<DemoState['pending']> } {
    const [state, verifier] = [this.#secrets.random(16), this.#secrets.random(32)]
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: this.#clientId,
      redirect_uri: this.#redirectUri,
      scope: 'read write',
      state,
      code_challenge: this.#secrets.digest(verifier),
      code_challenge_method: 'S256',
    })
    return { address: `${this.#issuer}/authorize?${query.toString()}`, pending: { state, verifier } }
  }

  async arrive({ pending }: DemoState, { code, error, state, iss }: Arrival): Promise<DemoState> {
    const failed = (what: DemoFailure['what'], detail?: string): DemoState => withFailure({ refreshed: 0 }, what, detail)
    if (pending === undefined || state === undefined || !this.#secrets.same(state, pending.state)) return failed('otherBrowser')
    if (iss !== this.#issuer) return failed('otherServer')
    if (error !== undefined) return failed('refused', ERROR_CODE.test(error) ? error : 'error')
    if (code === undefined) return failed('noCode')
    const form = { grant_type: 'authorization_code', code, code_verifier: pending.verifier, redirect_uri: this.#redirectUri }
    return this.#ask(form, { refreshed: 0 })
  }

  async refresh(state: DemoState): Promise<DemoState> {
    const token = state.tokens?.refresh_token
    if (token === undefined) return withFailure(state, 'noRefreshToken')
    const { api: _, ...kept } = await this.#ask({ grant_type: 'refresh_token', refresh_token: token }, state)
    return kept.failure === undefined ? { ...kept, refreshed: state.refreshed + 1 } : kept
  }

  async callApi({ failure: _, ...state }: DemoState): Promise<DemoState> {
    if (state.tokens === undefined) return withFailure(state, 'noAccessToken')
    const headers = { authorization: `Bearer ${state.tokens.access_token}` }
    try {
      const response = await fetch(`${this.#issuer}/demo/api`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
      return { ...state, api: { status: response.status, body: await response.text() } }
    } catch {
      return withFailure(state, 'silentApi')
    }
  }

  get #redirectUri(): string {
    return `${this.#issuer}/demo/callback`
  }

  /** RFC 6749 §4.1.3 and §6. */
  async #ask(form: Readonly<Record<string, string>>, { failure: _, ...state }: DemoState): Promise<DemoState> {
    const body = new URLSearchParams({ ...form, client_id: this.#clientId })
    try {
      const response = await fetch(`${this.#issuer}/token`, { method: 'POST', body, signal: AbortSignal.timeout(TIMEOUT_MS) })
      const answer: unknown = await response.json()
      if (response.ok) return { ...state, tokens: answer as TokenResponse }
      const { error = '' } = answer as { error?: string }
      return withFailure(state, 'noTokens', `${response.status.toString()} ${error}`.trim())
    } catch {
      return withFailure(state, 'silentServer')
    }
  }
}

const withFailure = (state: DemoState, what: DemoFailure['what'], detail?: string): DemoState => ({
  ...state,
  failure: { what, ...(detail !== undefined && { detail }) },
})
