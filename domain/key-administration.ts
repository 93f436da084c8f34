import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { ForKeepingKeys, KeyListed, Resealed } from '../ports/for-keeping-keys.js'
import type { KeyRepository } from '../ports/key-repository.js'
import type { Secrets } from '../ports/secrets.js'
import type { TokenSigner } from '../ports/token-signer.js'
import type { UserRepository } from '../ports/user-repository.js'
import type { Source } from './audit.js'
import { InvalidInput, StoreUnavailable } from './errors.js'
import { quoted } from './names.js'
import { activeKey, nextOrdinal, publishedKeys, type SigningKey } from './signing-key.js'
import type { User } from './user.js'

export interface KeyAdministrationParts {
  readonly keys: KeyRepository
  readonly users: UserRepository
  readonly signer: TokenSigner
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
}

/** A lost race is settled by reading again; each round means that somebody else made progress. */
const MAX_ROUNDS = 100

/** What an operator does to signing keys, and to what is sealed. */
export class KeyAdministration implements ForKeepingKeys {
  readonly #parts: KeyAdministrationParts
  readonly #tokenTtlMs: number

  constructor(parts: KeyAdministrationParts, tokenTtlMs: number) {
    this.#parts = parts
    this.#tokenTtlMs = tokenTtlMs
  }

  async listKeys(): Promise<readonly KeyListed[]> {
    const keys = await this.#parts.keys.list()
    const at = this.#parts.clock.now()
    const active = activeKey(keys, at)
    const state = (key: SigningKey) =>
      key === active ? 'active' : active === undefined || key.ordinal > active.ordinal ? 'next' : 'retired'
    return publishedKeys(keys, at, this.#tokenTtlMs).map((key) => ({ key, state: state(key) }))
  }

  async rotateKey(afterMs: number, source: Source): Promise<SigningKey> {
    const { keys, signer, secrets, clock } = this.#parts
    const { kid, publicJwk, privateKey } = await signer.generate()
    const sealedPrivateKey = secrets.seal('signing-key', privateKey)
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const ordinal = nextOrdinal(await keys.list())
      const createdAt = clock.now()
      const key = { kid, ordinal, publicJwk, sealedPrivateKey, createdAt, signsFrom: new Date(createdAt.getTime() + afterMs) }
      if (!(await keys.add(key))) continue
      this.#record('signing key rotated', source)
      return key
    }
    throw new StoreUnavailable('keys are being made by others all the time: try again')
  }

  async retireKey(kid: string, source: Source): Promise<void> {
    const { keys, clock } = this.#parts
    const published = publishedKeys(await keys.list(), clock.now(), this.#tokenTtlMs)
    const key = published.find((one) => one.kid === kid)
    if (key === undefined) throw new InvalidInput(`there is no published key ${quoted(kid)}`)
    if (published.length === 1) throw new InvalidInput(`key ${quoted(kid)} is the last one: rotate first`)
    if (await keys.retire(key.kid, clock.now())) this.#record('signing key retired', source)
  }

  async resealSecrets(source: Source): Promise<Resealed> {
    let [keys, secondFactors] = [0, 0]
    for (const key of await this.#parts.keys.list()) if (await this.#resealKey(key)) keys++
    for (const user of await this.#parts.users.list()) if (await this.#resealFactor(user)) secondFactors++
    this.#record('secrets resealed', source)
    return { keys, secondFactors }
  }

  async #resealKey({ kid, sealedPrivateKey: sealed }: SigningKey): Promise<boolean> {
    const { keys, secrets } = this.#parts
    if (secrets.isCurrent('signing-key', sealed)) return false
    const plain = secrets.unseal('signing-key', sealed)
    if (plain === undefined) throw new InvalidInput(`key ${quoted(kid)}: was sealed under a secret that is not in SECRETS`)
    return keys.reseal(kid, sealed, secrets.seal('signing-key', plain))
  }

  async #resealFactor({ id, username, secondFactor }: User): Promise<boolean> {
    const { users, secrets } = this.#parts
    if (secondFactor === undefined || secrets.isCurrent('totp', secondFactor.sealedSecret)) return false
    const plain = secrets.unseal('totp', secondFactor.sealedSecret)
    if (plain === undefined)
      throw new InvalidInput(`user ${quoted(username)}: the second factor was sealed under a secret that is not in SECRETS`)
    return users.resealSecondFactor(id, secondFactor.sealedSecret, secrets.seal('totp', plain))
  }

  #record(reason: string, source: Source): void {
    this.#parts.audit.record({ event: 'operator', outcome: 'ok', reason }, source)
  }
}
