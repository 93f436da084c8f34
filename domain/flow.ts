import type { AttemptId, BrowserId, FlowId } from './ids.js'

/** The parameters of an authorization request as they came, each once except `resource`. */
export type AuthorizationParameters = Readonly<Record<string, string | readonly string[]>>

/** One authorization request on its way through sign-in and approval. Belongs to the browser that began it; ends in one code at most. */
export interface Flow {
  readonly id: FlowId
  readonly browser: BrowserId
  readonly parameters: AuthorizationParameters
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly spentAt?: Date
  readonly spentBy?: AttemptId
}
