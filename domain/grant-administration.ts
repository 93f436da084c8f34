import type { ForAdministering } from '../ports/for-administering.js'
import { knownClient, knownUser, record, unknown, type AdministratorParts } from './administration.js'
import type { Source } from './audit.js'
import { InvalidInput } from './errors.js'
import type { Grant, GrantFilter } from './grant.js'
import type { GrantId } from './ids.js'
import { isLive } from './live-grant.js'

/** Asked of the store side by side: many more would only wait for a connection, until their time is over. */
const AT_ONCE = 50

/** What `act` answers for each id, each once. */
async function forEachId<Id, T>(ids: readonly Id[], act: (id: Id) => Promise<T>): Promise<Map<Id, T>> {
  const [all, answers] = [[...new Set(ids)], new Map<Id, T>()]
  for (let from = 0; from < all.length; from += AT_ONCE)
    await Promise.all(all.slice(from, from + AT_ONCE).map(async (id) => answers.set(id, await act(id))))
  return answers
}

/** What an operator may do to grants. */
export class GrantAdministration implements Pick<ForAdministering, 'listGrants' | 'revokeGrant' | 'revokeGrants'> {
  readonly #parts: AdministratorParts
  readonly #store: AdministratorParts['storage']

  constructor(parts: AdministratorParts) {
    this.#parts = parts
    this.#store = parts.storage
  }

  async listGrants(filter: { user?: string; client?: string }): Promise<readonly Grant[]> {
    const at = this.#parts.clock.now()
    const grants = await this.#store.grants.list(await this.#grantFilter(filter), at)
    const clients = await forEachId(
      grants.map(({ clientId }) => clientId),
      (id) => this.#store.clients.find(id),
    )
    const users = await forEachId(
      grants.map(({ userId }) => userId),
      (id) => this.#store.users.find(id),
    )
    return grants.filter((grant) => isLive(grant, clients.get(grant.clientId), users.get(grant.userId), at))
  }

  async revokeGrant(id: string, source: Source): Promise<void> {
    if (!(await this.#store.grants.end(id as GrantId, 'revoked', this.#parts.clock.now()))) throw unknown('living grant', id)
    record(this.#parts, source, 'grant revoked', { grant_id: id })
  }

  async revokeGrants(filter: { user?: string; client?: string }, source: Source): Promise<number> {
    if ((filter.user === undefined) === (filter.client === undefined)) throw new InvalidInput('name either a user or a client')
    const which = await this.#grantFilter(filter)
    await this.#endCodes(which)
    // First the approvals, so that no new grant is made of one while the grants end.
    await this.#store.consents.forget(which)
    const ended = await this.#store.grants.endAll(which, 'revoked', this.#parts.clock.now())
    const { clientId, userId } = which
    record(this.#parts, source, 'grants revoked', { ...(clientId && { client_id: clientId }), ...(userId && { user_id: userId }) })
    return ended
  }

  /** Whatever is saved from now on by who looked at an approval before is worthless. */
  async #endCodes({ userId, clientId }: GrantFilter): Promise<void> {
    const consents = clientId === undefined ? [] : await this.#store.consents.list({ clientId })
    const grants = clientId === undefined ? [] : await this.#store.grants.list({ clientId }, this.#parts.clock.now())
    const people = [...(userId === undefined ? [] : [userId]), ...[...consents, ...grants].map((held) => held.userId)]
    await forEachId(people, (id) => this.#store.users.change(id, { endCodes: true }))
  }

  async #grantFilter({ user, client }: { user?: string; client?: string }): Promise<GrantFilter> {
    const userId = user === undefined ? undefined : (await knownUser(this.#parts, user)).id
    const clientId = client === undefined ? undefined : (await knownClient(this.#parts, client)).id
    return { ...(userId !== undefined && { userId }), ...(clientId !== undefined && { clientId }) }
  }
}
