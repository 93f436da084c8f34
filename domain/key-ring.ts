import type { ForPublishingKeys, JsonWebKeySet } from '../ports/for-publishing-keys.js'
import type { AccessTokenClaims, OpenedKey } from '../ports/token-signer.js'
import { StoreUnavailable } from './errors.js'
import type { KeyId } from './ids.js'
import { establishKeys, type KeyMakerParts } from './key-maker.js'
import { activeKey, publishedKeys } from './key-succession.js'
import { Recent } from './recent.js'
import type { SigningKey } from './signing-key.js'

interface Listed {
  readonly keys: readonly SigningKey[]
  /** They could not be read again: other processes may know more of them. */
  readonly isStale: boolean
}

/** Makes, opens and publishes the keys that access tokens are signed with, at most one second behind the store. */
export class KeyRing implements ForPublishingKeys {
  readonly #keys: Recent<'all', readonly SigningKey[]>
  readonly #opened = new Map<KeyId, OpenedKey>()
  readonly #parts: KeyMakerParts
  readonly #tokenTtlMs: number

  /** `tokenTtlMs`: how long a key that signs no more is still needed. */
  constructor(parts: KeyMakerParts, tokenTtlMs: number) {
    this.#parts = parts
    this.#tokenTtlMs = tokenTtlMs
    this.#keys = new Recent(() => establishKeys(parts), parts.clock)
  }

  /** The key that signs now. Throws StoreUnavailable when none was ever read. */
  async signingKey(): Promise<OpenedKey> {
    const { keys } = await this.#list()
    const key = activeKey(keys, this.#parts.clock.now())
    if (key === undefined) throw new Error('there is no signing key')
    return this.#open(key)
  }

  async jwks(): Promise<JsonWebKeySet> {
    const { keys } = await this.#list()
    const published = this.#published(keys)
    return { keys: published.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, use: 'sig', alg: 'ES256' })) }
  }

  /**
   * What an access token of ours says whose signature holds under a published key; undefined for any other text. Its time is not judged. Throws
   * StoreUnavailable when it names a key that is not known while the keys cannot be read again.
   */
  async verify(token: string): Promise<AccessTokenClaims | undefined> {
    const { keys, isStale } = await this.#list()
    const published = new Map(this.#published(keys).map(({ kid, publicJwk }) => [kid, publicJwk]))
    return this.#parts.signer.verify(token, (kid) => {
      if (isStale && !keys.some((key) => key.kid === kid)) throw new StoreUnavailable('the key of a token could not be looked up')
      return published.get(kid)
    })
  }

  #published(keys: readonly SigningKey[]): readonly SigningKey[] {
    return publishedKeys(keys, this.#parts.clock.now(), this.#tokenTtlMs)
  }

  /** While the store is down, what was read last goes on: a key outlives an outage. */
  async #list(): Promise<Listed> {
    try {
      return { keys: (await this.#keys.get('all')) ?? [], isStale: false }
    } catch (error) {
      const keys = this.#keys.stale('all')
      if (keys !== undefined) return { keys, isStale: true }
      throw error
    }
  }

  #open({ kid, sealedPrivateKey }: SigningKey): OpenedKey {
    const known = this.#opened.get(kid)
    if (known !== undefined) return known
    const privateKey = this.#parts.secrets.unseal('signing-key', sealedPrivateKey)
    if (privateKey === undefined) throw new Error(`the signing key ${kid} was sealed under a secret that is not in SECRETS`)
    const opened = this.#parts.signer.open(kid, privateKey)
    this.#opened.set(kid, opened)
    return opened
  }
}
