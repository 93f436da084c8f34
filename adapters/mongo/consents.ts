import { keptPermissions, type Approval, type Consent, type ConsentFilter } from '../../domain/consent.js'
import type { ClientId, UserId } from '../../domain/ids.js'
import type { ConsentRepository } from '../../ports/consent-repository.js'
import type { Connection } from './connection.js'
import { recordOf } from './documents.js'
import { isDuplicate, isPassing } from './failures.js'
import { listed, OLDEST_FIRST } from './listing.js'
import { removeAll } from './removing.js'
import { demandField, matching } from './statements.js'
import { text } from './values.js'

export class MongoConsentRepository implements ConsentRepository {
  readonly #store: Connection

  constructor(store: Connection) {
    this.#store = store
  }

  async find(userId: UserId, clientId: ClientId): Promise<Consent | undefined> {
    const _id = keyOf(text(userId), text(clientId))
    const document = await this.#store.ask((within) => this.#store.collection('consents').findOne({ _id }, within()))
    return document === null ? undefined : recordOf('consents', document)
  }

  /** One upsert, which adds the same nothing more when it asks again. Of two that insert at once one must update: it asks again, too. */
  async remember(approval: Approval): Promise<void> {
    const _id = keyOf(text(approval.userId), text(approval.clientId))
    await this.#store.ask(
      (within) => this.#store.collection('consents').updateOne({ _id }, [{ $set: remembered(approval) }], { ...within(), upsert: true }),
      { repeats: (error) => isDuplicate(error) || isPassing(error) },
    )
  }

  async forget(filter: ConsentFilter): Promise<number> {
    demandField(filter)
    return removeAll(this.#store, 'consents', owned(filter))
  }

  async list(filter: ConsentFilter): Promise<readonly Consent[]> {
    return listed(this.#store, 'consents', owned(filter), OLDEST_FIRST)
  }
}

const owned = ({ userId, clientId }: ConsentFilter) => matching({ userId, clientId })

const keyOf = (userId: string, clientId: string): string => `${userId} ${clientId}`

/** In a pipeline a text that begins with $ is a path, unless it is called literal. */
const literally = (value: unknown) => ({ $literal: value })

/** The fields afterwards, computed from those before as `approved` does; a consent for another registration counts as none. */
function remembered(approval: Approval) {
  const { userId, clientId, clientRegistration, scopes, resources, at } = approval
  const isSame = { $eq: ['$clientRegistration', literally(text(clientRegistration))] }
  const before = (field: string) => ({ $cond: [isSame, { $ifNull: [field, literally([])] }, literally([])] })
  const union = (field: string, added: readonly string[]) => {
    const isNew = { $not: [{ $in: ['$$this', before(field)] }] }
    return { $concatArrays: [before(field), { $filter: { input: literally([...new Set(added)]), cond: isNew } }] }
  }
  return {
    userId: literally(userId),
    clientId: literally(clientId),
    clientRegistration: literally(clientRegistration),
    scopes: union('$scopes', scopes),
    resources: union('$resources', resources),
    permissions: united(before('$permissions'), literally(keptPermissions(approval))),
    createdAt: { $cond: [isSame, '$createdAt', at] },
    updatedAt: at,
  }
}

/** Without those that another one spans. */
function united(before: object, added: object) {
  const notSpanned = (by: string) => ({
    $not: [{ $anyElementTrue: [{ $map: { input: by, as: 'wide', in: spans('$$wide', '$$narrow') } }] }],
  })
  const fresh = { $filter: { input: '$$added', as: 'narrow', cond: notSpanned('$$before') } }
  const left = { $filter: { input: '$$before', as: 'narrow', cond: notSpanned('$$fresh') } }
  const both = { $let: { vars: { fresh }, in: { $concatArrays: [left, '$$fresh'] } } }
  return { $let: { vars: { before, added }, in: both } }
}

/** The same registration and scope, all the resources and all the audience: none at all only where there are none. */
const spans = (wide: string, narrow: string) => ({
  $and: [
    { $eq: [`${wide}.registration`, `${narrow}.registration`] },
    { $eq: [`${wide}.scope`, `${narrow}.scope`] },
    ...includes(`${wide}.resources`, `${narrow}.resources`),
    ...includes(`${wide}.audience`, `${narrow}.audience`),
  ],
})

const includes = (wide: string, narrow: string) => [{ $setIsSubset: [narrow, wide] }, { $eq: [{ $eq: [narrow, []] }, { $eq: [wide, []] }] }]
