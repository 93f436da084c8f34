import type { EndReason, Grant, GrantFilter } from '../../domain/grant.js'
import type { AttemptId, GrantId } from '../../domain/ids.js'
import type { GrantRepository, Redemption, Rotation } from '../../ports/grant-repository.js'
import { mustName, owns } from './filter.js'
import { oldestFirst } from './order.js'
import type { Rows } from './rows.js'

/** Atomic because no method waits between reading and writing. */
export class MemoryGrantRepository implements GrantRepository {
  readonly #grants: Rows['grants']

  constructor({ grants }: Pick<Rows, 'grants'>) {
    this.#grants = grants
  }

  /** Adds and never replaces: saving twice must not make a spent code good again. */
  async save(grant: Grant): Promise<void> {
    this.#grants.add(grant)
  }

  async find(id: GrantId): Promise<Grant | undefined> {
    return this.#grants.get(id)
  }

  async redeem(id: GrantId, redemption: Redemption): Promise<Grant | undefined> {
    const grant = this.#unended(id)
    if (grant?.code.redeemedBy === redemption.attempt) return grant
    if (grant === undefined || grant.code.redeemedAt !== undefined || grant.code.expiresAt <= redemption.at) return undefined
    this.#grants.replace(redeemed(grant, redemption))
    return this.#grants.get(id)
  }

  async rotate(id: GrantId, generation: number, rotation: Rotation): Promise<Grant | undefined> {
    const grant = this.#unended(id)
    if (grant?.refresh === undefined) return undefined
    if (isRotatedBy(grant, generation, rotation.attempt)) return grant
    const { refresh } = grant
    if (refresh.generation !== generation || refresh.idleExpiresAt <= rotation.at || refresh.expiresAt <= rotation.at) return undefined
    const { attempt: rotatedBy, at: rotatedAt, idleExpiresAt } = rotation
    const lineage = { generation: generation + 1, rotatedAt, rotatedBefore: refresh.rotatedAt, rotatedBy, idleExpiresAt }
    this.#grants.replace({ ...grant, refresh: { ...lineage, expiresAt: refresh.expiresAt } })
    return this.#grants.get(id)
  }

  async end(id: GrantId, why: EndReason, at: Date): Promise<boolean> {
    const grant = this.#unended(id)
    return grant !== undefined && this.#grants.replace({ ...grant, endedAt: at, endedBy: why })
  }

  async endAll(filter: GrantFilter, why: EndReason, at: Date): Promise<number> {
    mustName(filter)
    const matches = owns(filter)
    const ending = this.#grants.all((grant) => matches(grant) && grant.endedAt === undefined)
    for (const grant of ending) this.#grants.replace({ ...grant, endedAt: at, endedBy: why })
    return ending.length
  }

  async list(filter: GrantFilter, at: Date): Promise<readonly Grant[]> {
    const matches = owns(filter)
    return this.#grants.all((grant) => matches(grant) && grant.endedAt === undefined && grant.expiresAt > at).sort(oldestFirst)
  }

  #unended(id: GrantId): Grant | undefined {
    const grant = this.#grants.get(id)
    return grant?.endedAt === undefined ? grant : undefined
  }
}

function redeemed(grant: Grant, { attempt, at, refresh, expiresAt }: Redemption): Grant {
  const code = { ...grant.code, redeemedAt: at, redeemedBy: attempt }
  if (refresh === undefined) return { ...grant, code, expiresAt }
  const lineage = { generation: 1, rotatedAt: at, idleExpiresAt: refresh.idleExpiresAt, expiresAt: refresh.expiresAt }
  return { ...grant, code, refresh: lineage, expiresAt }
}

/** Whether this very attempt already moved the lineage on from `generation`. */
const isRotatedBy = ({ refresh }: Grant, generation: number, attempt: AttemptId): boolean =>
  refresh?.rotatedBy === attempt && refresh.generation === generation + 1
