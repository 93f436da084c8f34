import type { Source } from '../domain/audit.js'
import type { Client } from '../domain/client.js'
import type { Permission } from '../domain/consent.js'
import type { OAuthErrorCode } from '../domain/errors.js'
import type { AuthorizationParameters } from '../domain/flow.js'
import type { GrantId, UserId } from '../domain/ids.js'
import type { Resource } from '../domain/resource.js'
import type { Scope } from '../domain/scope.js'
import type { SignedIn } from './for-authenticating.js'

/** An authorization request whose client and redirect_uri are proved and whose parameters are valid. */
export interface AuthorizationRequest {
  readonly client: Client
  readonly redirectUri: string
  readonly state?: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** What that means: each scope at the resources where it makes sense. */
  readonly permissions: readonly Permission[]
  readonly challenge: string
}

/** Client and redirect_uri are proved, but the request is refused: the client hears it by redirect. */
export interface RefusedRequest {
  readonly redirectUri: string
  readonly state?: string
  readonly error: OAuthErrorCode
}

export interface AskedScope extends Scope {
  /** Not approved before, there. */
  readonly isNew: boolean
}

/** What is asked for at one resource: a scope that makes sense at several is in each; none may make sense. */
export interface AskedAt {
  /** Absent where the request names none. */
  readonly resource?: Pick<Resource, 'uri' | 'name'>
  /** Nothing was approved before, there. */
  readonly isNew: boolean
  readonly scopes: readonly AskedScope[]
}

/** What of it was not approved before: all, some, or nothing but that it comes together. Absent where that is no reason to ask. */
export type News = 'all' | 'some' | 'together'

export interface ApprovalQuestion {
  readonly request: AuthorizationRequest
  readonly asked: readonly AskedAt[]
  /** Absent too where nothing was approved before. */
  readonly news?: News
}

/** Everything the one INSERT of a grant needs. */
export interface NewGrant {
  readonly request: AuthorizationRequest
  readonly who: SignedIn
}

export interface ConnectedApp {
  readonly client: Client
  readonly scopes: readonly Scope[]
  readonly since: Date
  /** When a code or a refresh token was last redeemed; absent when none of its grants is alive. */
  readonly lastUsed?: Date
}

export interface ForAuthorizing {
  /** Validates from scratch. Throws PageError until client and redirect_uri are proved. */
  validate(parameters: AuthorizationParameters, source: Source): Promise<AuthorizationRequest | RefusedRequest>
  /** Keeps the request for this browser; the flow's address value, told once. `browser` is the raw cookie value. */
  begin(parameters: AuthorizationParameters, browser: string): Promise<string>
  /** The parameters of a flow that is this browser's, unspent and unexpired. Throws PageError `flow-over` otherwise. */
  resume(flow: string, browser: string | undefined): Promise<AuthorizationParameters>
  /** What stands between the person and a client that demands a second factor: it is to be shown, or to be set up first. */
  secondFactorDue(request: AuthorizationRequest, who: SignedIn): 'prove' | 'enrol' | undefined
  /** Whether approval is settled: a first-party client, or a consent that covers the request. */
  isApproved(request: AuthorizationRequest, who: SignedIn): Promise<boolean>
  question(request: AuthorizationRequest, who: SignedIn): Promise<ApprovalQuestion>
  /** Spends the flow; throws PageError `flow-over` for all but one caller. */
  spend(flow: string): Promise<void>
  /** Saves the grant, remembers the consent when the person just approved, and answers the grant whose code is to leave. */
  grant(grant: NewGrant, how: 'asked' | 'remembered', source: Source): Promise<GrantId>
  /** The value of a grant's code. */
  codeFor(id: GrantId): string
  /** Says in the log that the person refused. */
  deny(request: AuthorizationRequest, who: SignedIn, source: Source): void
  connectedApps(userId: UserId): Promise<readonly ConnectedApp[]>
  /** What the client calls itself; undefined when it is gone. */
  clientName(id: string): Promise<string | undefined>
  /** Ends all grants between person and client, outstanding codes included, and forgets the approval. */
  withdraw(userId: UserId, clientId: string, source: Source): Promise<void>
}
