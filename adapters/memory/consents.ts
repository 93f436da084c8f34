import { approved, type Approval, type Consent, type ConsentFilter } from '../../domain/consent.js'
import type { ClientId, UserId } from '../../domain/ids.js'
import type { ConsentRepository } from '../../ports/consent-repository.js'
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

  async remember(approval: Approval): Promise<void> {
    const consent = approved(this.#consents.get(consentKey(approval)), approval)
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
