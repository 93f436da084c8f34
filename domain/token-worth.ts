import type { Catalogue } from './catalogue.js'
import type { Client } from './client.js'
import { OAuthError } from './errors.js'
import type { Grant } from './grant.js'
import { within } from './scope.js'

/** What a token is worth. */
export interface Worth {
  readonly scopes: readonly string[]
  /** At least one. */
  readonly audience: readonly string[]
}

/** What a client asks tokens of a grant for: `resources` as sent, `asked` the scopes that it narrows to. */
interface Asking {
  readonly client: Client
  readonly resources: readonly string[]
  readonly asked: readonly string[] | undefined
}

/**
 * Of what was approved, what is asked for now (RFC 6749 §6, RFC 8707 §2.2) and is still the client's and the server's. Throws `invalid_grant` when
 * nothing of it is left, `invalid_scope` and `invalid_target` for more than that.
 */
export async function worthOf(grant: Grant, asking: Asking, catalogue: Catalogue, defaultResource: string): Promise<Worth> {
  const { client, asked } = asking
  const resources = await narrowed(grant, asking, catalogue, defaultResource)
  const live = await catalogue.scopesLeft(client, grant.scopes)
  if (live.length === 0) throw new OAuthError('invalid_grant', 'none of the approved scopes is left')
  if (asked !== undefined && !within(asked, live)) throw new OAuthError('invalid_scope', 'wider than granted')
  const scopes = await catalogue.scopesAt(resources, asked ?? live)
  if (scopes.length === 0)
    throw new OAuthError(asked === undefined ? 'invalid_target' : 'invalid_scope', 'none of the scopes means anything at the resource')
  return { scopes, audience: resources.length > 0 ? resources : [defaultResource] }
}

/** Only what was bound at /authorize; empty when no resource was. The default one may be named then: it changes nothing. */
async function narrowed(grant: Grant, { client, resources: asked }: Asking, catalogue: Catalogue, defaultResource: string) {
  const isUnbound = grant.resources.length === 0
  const bound = await catalogue.resourcesLeft(client, grant.resources)
  if (!within(asked, isUnbound ? [defaultResource] : bound))
    throw new OAuthError('invalid_target', 'a resource that was not approved, or is gone')
  if (!isUnbound && bound.length === 0) throw new OAuthError('invalid_grant', 'none of the approved resources is left')
  return asked.length > 0 && !isUnbound ? [...new Set(asked)] : bound
}
