import type { Client } from './client.js'
import type { ClientId, UserId } from './ids.js'

/** One scope for a set of resources: what an approval of several scopes allowed, one of these for each. */
export interface Permission {
  readonly scope: string
  /** Those that were approved together, sorted, each once; none where the request named none. */
  readonly resources: readonly string[]
}

/** What a person approves for a client in one go. */
export interface Approval {
  readonly userId: UserId
  readonly clientId: ClientId
  readonly clientRegistration: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly at: Date
}

/** What a person has approved for a client, remembered so that the same request is not asked twice. */
export interface Consent {
  readonly userId: UserId
  readonly clientId: ClientId
  /** Of the client that was approved. */
  readonly clientRegistration: string
  /** All that were approved, at whatever resources. */
  readonly scopes: readonly string[]
  /** All that were approved, with whatever scopes. */
  readonly resources: readonly string[]
  /** Which scope was approved at which resources. */
  readonly permissions: readonly Permission[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface ConsentFilter {
  readonly userId?: UserId
  readonly clientId?: ClientId
}

export function permissionsOf({ scopes, resources }: Pick<Approval, 'scopes' | 'resources'>): readonly Permission[] {
  const together = [...new Set(resources)].sort()
  return [...new Set(scopes)].map((scope) => ({ scope, resources: together }))
}

/** The consent after an approval; one for another registration of the client counts as none. Order of first approval, no repeats. */
export function approved(stored: Consent | undefined, { at, ...approval }: Approval): Consent {
  const before = stored?.clientRegistration === approval.clientRegistration ? stored : undefined
  return {
    ...approval,
    scopes: [...new Set([...(before?.scopes ?? []), ...approval.scopes])],
    resources: [...new Set([...(before?.resources ?? []), ...approval.resources])],
    permissions: unitedPermissions(before?.permissions ?? [], permissionsOf(approval)),
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
  }
}

const unitedPermissions = (before: readonly Permission[], added: readonly Permission[]): readonly Permission[] => [
  ...before,
  ...added.filter((one) => !before.some((other) => isSame(one, other))),
]

const isSame = (one: Permission, other: Permission): boolean =>
  one.scope === other.scope &&
  one.resources.length === other.resources.length &&
  one.resources.every((resource, index) => resource === other.resources[index])

/** A client that was deleted and registered again under the same id inherits no approval. */
export const isFor = (consent: Consent | undefined, client: Client): consent is Consent =>
  consent?.clientRegistration === client.registration

/** Whether the scope was approved at all these resources together, or at more; where a request names none, only where none was named. */
export const permits = (consent: Consent | undefined, client: Client, scope: string, resources: readonly string[]): boolean =>
  isFor(consent, client) && consent.permissions.some((permission) => permission.scope === scope && spans(permission.resources, resources))

const spans = (approved: readonly string[], asked: readonly string[]): boolean =>
  asked.length === 0 ? approved.length === 0 : asked.every((resource) => approved.includes(resource))

export const covers = (consent: Consent | undefined, client: Client, scopes: readonly string[], resources: readonly string[]): boolean =>
  scopes.length > 0 && scopes.every((scope) => permits(consent, client, scope, resources))
