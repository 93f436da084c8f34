import type { ApprovalQuestion, AskedAt, AskedScope, AuthorizationRequest, News } from '../ports/for-authorizing.js'
import { covers, isFor, permits, type Consent, type Permission } from './consent.js'
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
    const isNew = !(isFor(consent, client) && consent.resources.includes(uri))
    return { resource, isNew, scopes: scopesOf(meant, [uri]) }
  }
  const asked = resources.length === 0 ? [{ isNew: false, scopes: scopesOf(permissions, []) }] : [...new Set(resources)].map(askedAt)
  const news = isFor(consent, client) && consent.permissions.length > 0 ? newsIn(asked, covers(consent, client, permissions)) : undefined
  return { request, asked, ...(news && { news }) }
}

function newsIn(asked: readonly AskedAt[], isCovered: boolean): News | undefined {
  // Where no scope makes sense, the resource itself is what is asked for.
  const parts = asked.flatMap<{ readonly isNew: boolean }>((at) => (at.scopes.length > 0 ? at.scopes : [at]))
  if (parts.every(({ isNew }) => isNew)) return 'all'
  if (parts.some(({ isNew }) => isNew)) return 'some'
  return isCovered ? undefined : 'together'
}
