import type { Client } from './client.js'
import type { ClientId, UserId } from './ids.js'

/** What a person has approved for a client, remembered so that the same request is not asked twice. */
export interface Consent {
  readonly userId: UserId
  readonly clientId: ClientId
  /** Of the client that was approved. */
  readonly clientRegistration: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface ConsentFilter {
  readonly userId?: UserId
  readonly clientId?: ClientId
}

/** A client that was deleted and registered again under the same id inherits no approval. */
const isFor = (consent: Consent, client: Client): boolean => consent.clientRegistration === client.registration

export const covers = (consent: Consent | undefined, client: Client, scopes: readonly string[], resources: readonly string[]): boolean =>
  consent !== undefined &&
  isFor(consent, client) &&
  scopes.every((scope) => consent.scopes.includes(scope)) &&
  resources.every((resource) => consent.resources.includes(resource)) &&
  // What was allowed at one resource was not allowed at another, nor where none is named.
  consent.resources.length === new Set(resources).size

export const approvedBefore = (consent: Consent | undefined, client: Client): readonly string[] =>
  consent !== undefined && isFor(consent, client) ? consent.scopes : []
