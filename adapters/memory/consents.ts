import type { Consent, ConsentFilter } from '../../domain/consent.js'
import type { ClientId, UserId } from '../../domain/ids.js'
import type { Approval, ConsentRepository } from '../../ports/consent-repository.js'
import { mustName, owns } from './filter.js'
import { oldestFirst } from './order.js'
import { consentKey, type Rows } from './rows.js'

export class MemoryConsentRepository implements ConsentRepository {
  readonly #consents: Rows['consents']

  constructor({ consents }: Pick<Rows, 'consents'>) {
    this.#consents = consents
  }

  async find(userId: UserId, clientId: ClientId): Promise<Consent | undefined> {
    return this.#consents.get(consentKey({ userId, clientId }))
  }

  async remember({ userId, clientId, clientRegistration, scopes, resources, at }: Approval): Promise<void> {
    const stored = this.#consents.get(consentKey({ userId, clientId }))
    const before = stored?.clientRegistration === clientRegistration ? stored : undefined
    const consent = {
      userId,
      clientId,
      clientRegistration,
      scopes: union(before?.scopes, scopes),
      resources: union(before?.resources, resources),
      createdAt: before?.createdAt ?? at,
      updatedAt: at,
    }
    if (!this.#consents.replace(consent)) this.#consents.add(consent)
  }

  async forget(filter: ConsentFilter): Promise<number> {
    mustName(filter)
    return this.#consents.deleteAll(owns(filter))
  }

  async list(filter: ConsentFilter): Promise<readonly Consent[]> {
    return this.#consents.all(owns(filter)).sort(oldestFirst)
  }
}

const union = (before: readonly string[] = [], added: readonly string[]): readonly string[] => [...new Set([...before, ...added])]
