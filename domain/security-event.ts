import type { ClientId } from './ids.js'

/** What a person is shown of what happened to the account. */
export type SecurityEventName =
  | 'sign-in'
  | 'sign-in-refused'
  | 'password-changed'
  | 'second-factor-enabled'
  | 'second-factor-disabled'
  | 'recovery-codes-renewed'
  | 'recovery-code-used'
  | 'approval'
  | 'withdrawal'

export interface SecurityEvent {
  readonly event: SecurityEventName
  readonly at: Date
  /** Client address, or `cli` for an operator. */
  readonly address: string
  readonly clientId?: ClientId
}

/** So many are kept, in the person's own record. */
export const SECURITY_EVENTS_KEPT = 20
