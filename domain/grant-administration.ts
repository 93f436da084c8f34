import type { ForAdministering } from '../ports/for-administering.js'
import { knownClient, knownUser, record, unknown, type AdministratorParts } from './administration.js'
import type { Source } from './audit.js'
import { InvalidInput } from './errors.js'
import type { Grant, GrantFilter } from './grant.js'
import type { GrantId } from './ids.js'
import { isLive } from './live-grant.js'

async function byId<Id, T>(ids: readonly Id[], find: (id: Id) => Promise<T | undefined>): Promise<Map<Id, T | undefined>> {
  return new Map(await Promise.all([...new Set(ids)].map(async (id) => [id, await find(id)] as const)))
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
    const clients = await byId(
      grants.map(({ clientId }) => clientId),
      (id) => this.#store.clients.find(id),
    )
    const users = await byId(
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
    const people = new Set([...(userId === undefined ? [] : [userId]), ...[...consents, ...grants].map((held) => held.userId)])
    await Promise.all([...people].map((id) => this.#store.users.change(id, { endCodes: true })))
  }

  async #grantFilter({ user, client }: { user?: string; client?: string }): Promise<GrantFilter> {
    const userId = user === undefined ? undefined : (await knownUser(this.#parts, user)).id
    const clientId = client === undefined ? undefined : (await knownClient(this.#parts, client)).id
    return { ...(userId !== undefined && { userId }), ...(clientId !== undefined && { clientId }) }
  }
}
