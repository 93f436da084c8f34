import type { AuditLog } from '../ports/audit-log.js'
import type { ForKeepingKeys, KeyListed, Resealed } from '../ports/for-keeping-keys.js'
import type { UserRepository } from '../ports/user-repository.js'
import type { Source } from './audit.js'
import { InvalidInput } from './errors.js'
import { establishKeys, makeKey, type KeyMakerParts } from './key-maker.js'
import { activeKey, publishedKeys } from './key-succession.js'
import { quoted } from './names.js'
import type { SigningKey } from './signing-key.js'
import type { User } from './user.js'

export interface KeyAdministrationParts extends KeyMakerParts {
  readonly users: UserRepository
  readonly audit: AuditLog
}

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
      key === active ? 'active' : active === undefined || key.ordinal > active.ordinal ? 'next' : 'published'
    return publishedKeys(keys, at, this.#tokenTtlMs).map((key) => ({ key, state: state(key) }))
  }

  async rotateKey(afterMs: number, source: Source, { secretsLost = false } = {}): Promise<SigningKey> {
    const key = await makeKey(this.#parts, afterMs, secretsLost)
    this.#record(`signing key ${key.kid} made`, source)
    return key
  }

  async retireKey(kid: string, source: Source): Promise<void> {
    const { keys, clock } = this.#parts
    const published = publishedKeys(await keys.list(), clock.now(), this.#tokenTtlMs)
    const key = published.find((one) => one.kid === kid)
    if (key === undefined) throw new InvalidInput(`there is no published key ${quoted(kid)}`)
    if (published.length === 1) throw new InvalidInput(`key ${quoted(kid)} is the last one: rotate first`)
    if (await keys.retire(key.kid, clock.now())) this.#record(`signing key ${key.kid} retired`, source)
    // Of two that were the last two, each may have been withdrawn because of the other.
    await establishKeys(this.#parts)
  }

  /** One that cannot be opened does not keep the others from being sealed anew. */
  async resealSecrets(source: Source): Promise<Resealed> {
    const [keys, users] = [await this.#parts.keys.list(), await this.#parts.users.list()]
    const published = publishedKeys(keys, this.#parts.clock.now(), this.#tokenTtlMs)
    const [ofKeys, ofUsers] = [await inTurn(keys, (key) => this.#resealKey(key)), await inTurn(users, (user) => this.#resealFactor(user))]
    this.#record('secrets resealed', source)
    // A key that is worth nothing any more may be lost.
    const lost = [
      ...ofKeys.filter(({ item, outcome }) => outcome === 'lost' && published.includes(item)).map(({ item }) => `key ${quoted(item.kid)}`),
      ...ofUsers.filter(({ outcome }) => outcome === 'lost').map(({ item }) => `the second factor of ${quoted(item.username)}`),
    ]
    if (lost.length > 0) throw new InvalidInput(`sealed under a secret that is not in SECRETS: ${lost.join(', ')}; all else was resealed`)
    return { keys: countDone(ofKeys), secondFactors: countDone(ofUsers) }
  }

  async #resealKey({ kid, sealedPrivateKey: from }: SigningKey): Promise<Outcome> {
    return this.#reseal('signing-key', from, (to) => this.#parts.keys.reseal(kid, from, to))
  }

  async #resealFactor({ id, secondFactor }: User): Promise<Outcome> {
    const from = secondFactor?.sealedSecret
    return from === undefined ? 'left' : this.#reseal('totp', from, (to) => this.#parts.users.resealSecondFactor(id, from, to))
  }

  async #reseal(purpose: 'signing-key' | 'totp', from: string, replace: (to: string) => Promise<boolean>): Promise<Outcome> {
    const { secrets } = this.#parts
    if (secrets.isCurrent(purpose, from)) return 'left'
    const plain = secrets.unseal(purpose, from)
    if (plain === undefined) return 'lost'
    return (await replace(secrets.seal(purpose, plain))) ? 'done' : 'left'
  }

  #record(reason: string, source: Source): void {
    this.#parts.audit.record({ event: 'operator', outcome: 'ok', reason }, source)
  }
}

/** Sealed anew; left alone, as it is current or was changed meanwhile; or not to be opened. */
type Outcome = 'done' | 'left' | 'lost'
interface Tried<T> {
  readonly item: T
  readonly outcome: Outcome
}

async function inTurn<T>(items: readonly T[], reseal: (item: T) => Promise<Outcome>): Promise<readonly Tried<T>[]> {
  const tried: Tried<T>[] = []
  for (const item of items) tried.push({ item, outcome: await reseal(item) })
  return tried
}

const countDone = (tried: readonly Tried<unknown>[]): number => tried.filter(({ outcome }) => outcome === 'done').length
