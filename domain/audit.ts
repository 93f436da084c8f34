/** Where a request came from: who answers for it in the log. */
export interface Source {
  readonly requestId: string
  /** Client address, or `cli`. */
  readonly address: string
}

interface Subject {
  readonly client_id?: string
  readonly user_id?: string
  readonly grant_id?: string
}

/** What is worth a line: a closed union, never with a secret in it. */
export type AuditEvent = Subject & { readonly event: AuditEventName; readonly outcome: 'ok' | 'refused'; readonly reason?: string }

export type AuditEventName =
  | 'sign-in'
  | 'sign-out'
  | 'account'
  | 'client-authentication'
  | 'authorization'
  | 'approval'
  | 'denial'
  | 'code'
  | 'token'
  | 'refresh'
  | 'reuse'
  | 'replay'
  | 'withdrawal'
  | 'revocation'
  | 'introspection'
  | 'operator'
