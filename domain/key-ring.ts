import type { Clock } from '../ports/clock.js'
import type { ForPublishingKeys, JsonWebKeySet } from '../ports/for-publishing-keys.js'
import type { KeyRepository } from '../ports/key-repository.js'
import type { Secrets } from '../ports/secrets.js'
import type { OpenedKey, TokenSigner } from '../ports/token-signer.js'
import type { KeyId } from './ids.js'
import { Recent } from './recent.js'
import { activeKey, type SigningKey } from './signing-key.js'

/** Makes, opens and publishes the keys that access tokens are signed with. */
export class KeyRing implements ForPublishingKeys {
  readonly #keys: Recent<'all', readonly SigningKey[]>
  readonly #opened = new Map<KeyId, OpenedKey>()
  readonly #repository: KeyRepository
  readonly #signer: TokenSigner
  readonly #secrets: Secrets
  readonly #clock: Clock

  constructor(repository: KeyRepository, signer: TokenSigner, secrets: Secrets, clock: Clock) {
    this.#repository = repository
    this.#signer = signer
    this.#secrets = secrets
    this.#clock = clock
    this.#keys = new Recent(() => this.#establish(), clock)
  }

  /** The key that signs now. Throws StoreUnavailable when none was ever read. */
  async signingKey(): Promise<OpenedKey> {
    const keys = await this.#list()
    const key = activeKey(keys, this.#clock.now()) ?? keys.find(({ retiredAt }) => retiredAt === undefined)
    if (key === undefined) throw new Error('there is no signing key')
    return this.#open(key)
  }

  async jwks(): Promise<JsonWebKeySet> {
    const published = (await this.#list()).filter(({ retiredAt }) => retiredAt === undefined)
    return { keys: published.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, use: 'sig', alg: 'ES256' })) }
  }

  /** While the store is down, what was read last goes on: a key outlives an outage. */
  async #list(): Promise<readonly SigningKey[]> {
    try {
      return (await this.#keys.get('all')) ?? []
    } catch (error) {
      const known = this.#keys.stale('all')
      if (known !== undefined) return known
      throw error
    }
  }

  async #establish(): Promise<readonly SigningKey[]> {
    const keys = await this.#repository.list()
    if (keys.length > 0) return keys
    const { kid, publicJwk, privateKey } = await this.#signer.generate()
    const now = this.#clock.now()
    const sealedPrivateKey = this.#secrets.seal('signing-key', privateKey)
    await this.#repository.add({ kid, ordinal: 1, publicJwk, sealedPrivateKey, createdAt: now, signsFrom: now })
    return this.#repository.list()
  }

  #open({ kid, sealedPrivateKey }: SigningKey): OpenedKey {
    const known = this.#opened.get(kid)
    if (known !== undefined) return known
    const privateKey = this.#secrets.unseal('signing-key', sealedPrivateKey)
    if (privateKey === undefined) throw new Error(`the signing key ${kid} was sealed under a secret that is not in SECRETS`)
    const opened = this.#signer.open(kid, privateKey)
    this.#opened.set(kid, opened)
    return opened
  }
}
