import type { Client } from './client.js'
import type { ClientId, UserId } from './ids.js'

/** One scope in one token: what an approval of several scopes allowed, one of these for each. */
export interface Permission {
  readonly scope: string
  /** Where the scope makes sense, of the audience; sorted, each once. */
  readonly resources: readonly string[]
  /**
   * All resources that the token is for, sorted, each once; none where the request named none. Each of them could use the token at the others, so that
   * what was approved at one and at another was not approved at both.
   */
  readonly audience: readonly string[]
}

/** What a person approves for a client in one go. */
export interface Approval {
  readonly userId: UserId
  readonly clientId: ClientId
  readonly clientRegistration: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly permissions: readonly Permission[]
  readonly at: Date
}

/** With the registration of the client that it was given to: a record that changed hands keeps none that was meant for another. */
export interface KeptPermission extends Permission {
  readonly registration: string
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
  /** Which scope was approved at which resources; none that another one spans. */
  readonly permissions: readonly KeptPermission[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface ConsentFilter {
  readonly userId?: UserId
  readonly clientId?: ClientId
}

export const permission = (scope: string, resources: readonly string[], audience = resources): Permission => ({
  scope,
  resources: sorted(resources),
  audience: sorted(audience),
})

const sorted = (list: readonly string[]): readonly string[] => [...new Set(list)].sort()

export const keptPermissions = ({ permissions, clientRegistration }: Approval): readonly KeptPermission[] =>
  permissions.map(({ scope, resources, audience }) => ({ registration: clientRegistration, scope, resources, audience }))

/** The consent after an approval; one for another registration of the client counts as none. Order of first approval, no repeats. */
export function approved(stored: Consent | undefined, approval: Approval): Consent {
  const { at, permissions: _, ...what } = approval
  const before = stored?.clientRegistration === what.clientRegistration ? stored : undefined
  return {
    ...what,
    scopes: [...new Set([...(before?.scopes ?? []), ...what.scopes])],
    resources: [...new Set([...(before?.resources ?? []), ...what.resources])],
    permissions: united(before?.permissions ?? [], keptPermissions(approval)),
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
  }
}

/** Those of before that the added ones do not span, and of these those that were not spanned already: they stay few. */
function united(before: readonly KeptPermission[], added: readonly KeptPermission[]): readonly KeptPermission[] {
  const fresh = added.filter((one) => !before.some((other) => spans(other, one)))
  return [...before.filter((one) => !fresh.some((other) => spans(other, one))), ...fresh]
}

const spans = (wide: KeptPermission, narrow: KeptPermission): boolean =>
  wide.registration === narrow.registration &&
  wide.scope === narrow.scope &&
  includes(wide.resources, narrow.resources) &&
  includes(wide.audience, narrow.audience)

/** No resource at all is a request of its own kind. */
const includes = (wide: readonly string[], narrow: readonly string[]): boolean =>
  narrow.length === 0 ? wide.length === 0 : narrow.every((resource) => wide.includes(resource))

/** A client that was deleted and registered again under the same id inherits no approval. */
export const isFor = (consent: Consent | undefined, client: Client): consent is Consent =>
  consent?.clientRegistration === client.registration

/** Whether the scope was approved at all these resources together, or at more; where none is named, only where none was. */
export const permits = (consent: Consent | undefined, client: Client, wanted: Permission): boolean =>
  isFor(consent, client) && consent.permissions.some((kept) => spans(kept, { registration: client.registration, ...wanted }))

export const covers = (consent: Consent | undefined, client: Client, permissions: readonly Permission[]): boolean =>
  permissions.length > 0 && permissions.every((one) => permits(consent, client, one))
