import type { Clock } from '../ports/clock.js'
import type { ConsentRepository } from '../ports/consent-repository.js'
import type { ConnectedApp } from '../ports/for-authorizing.js'
import type { GrantRepository } from '../ports/grant-repository.js'
import type { UserRepository } from '../ports/user-repository.js'
import type { Catalogue } from './catalogue.js'
import type { Grant } from './grant.js'
import type { UserId } from './ids.js'
import { isLive } from './live-grant.js'

export interface ConnectedAppsParts {
  readonly catalogue: Catalogue
  readonly users: UserRepository
  readonly grants: GrantRepository
  readonly consents: ConsentRepository
  readonly clock: Clock
}

/** What a person approved, and the first-party clients that hold grants unasked. */
export async function connectedApps(userId: UserId, parts: ConnectedAppsParts): Promise<readonly ConnectedApp[]> {
  const at = parts.clock.now()
  const [user, approved, grants, known] = await Promise.all([
    parts.users.find(userId),
    parts.consents.list({ userId }),
    parts.grants.list({ userId }, at),
    parts.catalogue.scopes(),
  ])
  const unasked = grants.filter(({ clientRegistration }) => !approved.some((one) => one.clientRegistration === clientRegistration))
  const apps = [...approved, ...firstOfEach(unasked)].map(async ({ clientId, clientRegistration, scopes, createdAt }) => {
    const client = await parts.catalogue.client(clientId)
    if (client?.registration !== clientRegistration) return undefined
    const live = grants.filter((grant) => grant.clientId === client.id && isLive(grant, client, user, at))
    const isApproved = approved.some((one) => one.clientRegistration === clientRegistration)
    if (!isApproved && live.length === 0) return undefined
    const lastUsed = lastUseOf(live)
    return { client, scopes: known.filter(({ name }) => scopes.includes(name)), since: createdAt, ...(lastUsed && { lastUsed }) }
  })
  return (await Promise.all(apps)).filter((app) => app !== undefined)
}

/** One entry per client: what it holds over all its grants, since the oldest, which comes first. First-party clients hold grants without a consent. */
function firstOfEach(grants: readonly Grant[]): readonly Pick<Grant, 'clientId' | 'clientRegistration' | 'scopes' | 'createdAt'>[] {
  const ofOne = (one: Grant) => grants.filter(({ clientRegistration }) => clientRegistration === one.clientRegistration)
  const firsts = grants.filter((grant) => ofOne(grant)[0] === grant)
  return firsts.map((first) => ({ ...first, scopes: ofOne(first).flatMap(({ scopes }) => scopes) }))
}

function lastUseOf(live: readonly Grant[]): Date | undefined {
  const uses = live.map(({ code, refresh }) => refresh?.rotatedAt ?? code.redeemedAt).filter((use) => use !== undefined)
  return uses.toSorted((a, b) => b.getTime() - a.getTime())[0]
}
