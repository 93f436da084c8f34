import type { ApprovalQuestion, AskedAt, AskedScope, AuthorizationRequest } from '../ports/for-authorizing.js'
import { isFor, permits, type Consent, type Permission } from './consent.js'
import type { Resource } from './resource.js'
import type { Scope } from './scope.js'

/** What a person is asked, in words where they are registered: all that the token could be used for, whatever has been deleted meanwhile. */
export function questionOf(
  request: AuthorizationRequest,
  consent: Consent | undefined,
  knownScopes: readonly Scope[],
  knownResources: readonly Resource[],
): ApprovalQuestion {
  const { client, permissions, resources } = request
  const scopesOf = (list: readonly Permission[], at: readonly string[]): readonly AskedScope[] =>
    list.map(({ scope: name }) => ({
      name,
      description: knownScopes.find((scope) => scope.name === name)?.description ?? '',
      isNew: !permits(consent, client, { scope: name, resources: at, audience: at }),
    }))
  const askedAt = (uri: string): AskedAt => {
    const resource = knownResources.find((known) => known.uri === uri) ?? { uri, name: uri }
    const meant = permissions.filter((one) => one.resources.includes(uri))
    return { resource, scopes: scopesOf(meant, [uri]) }
  }
  const asked = resources.length === 0 ? [{ scopes: scopesOf(permissions, []) }] : [...new Set(resources)].map(askedAt)
  return { request, asked, hasBeenApprovedBefore: isFor(consent, client) && consent.permissions.length > 0 }
}
