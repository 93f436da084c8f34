import type { Clock } from '../../ports/clock.js'
import type { ForAuthenticating } from '../../ports/for-authenticating.js'
import type { ForAuthorizing } from '../../ports/for-authorizing.js'
import type { ForInspectingTokens } from '../../ports/for-inspecting-tokens.js'
import type { ForKeepingAccounts } from '../../ports/for-keeping-accounts.js'
import type { ForPublishingKeys } from '../../ports/for-publishing-keys.js'
import type { ForRevokingTokens } from '../../ports/for-revoking-tokens.js'
import type { ResourceRepository } from '../../ports/resource-repository.js'
import type { ScopeRepository } from '../../ports/scope-repository.js'
import type { Secrets } from '../../ports/secrets.js'
import type { Engine } from '../oauth2/engine.js'

/** A structured logger; pino's is one. */
export interface Log {
  error(fields: object, text: string): void
  warn(fields: object, text: string): void
  info(fields: object, text: string): void
}

/** What the HTTP adapter drives and needs. */
export interface HttpPorts {
  readonly authenticating: ForAuthenticating
  readonly accounts: ForKeepingAccounts
  readonly authorizing: ForAuthorizing
  readonly revoking: ForRevokingTokens
  readonly inspecting: ForInspectingTokens
  readonly publishing: ForPublishingKeys
  readonly engine: Engine
  readonly scopes: ScopeRepository
  readonly resources: ResourceRepository
  readonly secrets: Secrets
  readonly clock: Clock
  readonly log: Log
}

export interface HttpSettings {
  /** Without a trailing slash; may carry a path. */
  readonly issuer: string
  readonly trustProxy: number
  /** `aud` of an access token for which no resource was asked. */
  readonly defaultResource: string
  readonly brand: { readonly name: string; readonly color?: string }
  /** Folders `views` and `public` live in. */
  readonly root: string
  /** The demo page is served when there is one. */
  readonly demo?: { readonly clientId: string; readonly username: string }
}
