import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
  randomFillSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import type { Purpose, Secrets } from '../../ports/secrets.js'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Drawing many small values at once costs a fifth of asking the system for each. */
const POOL_BYTES = 4096

/** HKDF-SHA-256 (RFC 5869) per use and purpose. Sealed text is base64url(nonce 12 ‖ ciphertext ‖ tag 16), with the purpose as associated data. */
export class SystemSecrets implements Secrets {
  readonly #live: readonly KeyObject[]
  readonly #pool = Buffer.alloc(POOL_BYTES)
  #used = POOL_BYTES
  /** Derived keys in the order of the live secrets. */
  readonly #derived = new Map<string, readonly [KeyObject, ...KeyObject[]]>()

  /** The first makes, all verify. Throws TypeError without any, or with an empty one. */
  constructor(live: readonly Uint8Array[]) {
    if (live.length === 0 || live.some(({ length }) => length === 0)) throw new TypeError('there must be a secret, and none may be empty')
    this.#live = live.map((secret) => createSecretKey(secret))
  }

  random(bytes: number): string {
    if (bytes > POOL_BYTES) return randomBytes(bytes).toString('base64url')
    if (this.#used + bytes > POOL_BYTES) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    const drawn = this.#pool.subarray(this.#used, (this.#used += bytes))
    const text = drawn.toString('base64url')
    drawn.fill(0)
    return text
  }

  digest(value: string): string {
    return hash('sha256', value, 'base64url')
  }

  same(a: string, b: string): boolean {
    const [one, other] = [Buffer.from(a), Buffer.from(b)]
    // Of unequal length: of the digests, so that not even the length of the one that is known here can be measured.
    return one.length === other.length ? timingSafeEqual(one, other) : timingSafeEqual(sha256(a), sha256(b))
  }

  mac(purpose: Purpose, message: Uint8Array): Uint8Array {
    return hmac(this.#keys('mac', purpose)[0], message)
  }

  verify(purpose: Purpose, message: Uint8Array, mac: Uint8Array): boolean {
    const outcomes = this.#keys('mac', purpose).map((key) => {
      const expected = hmac(key, message)
      return expected.length === mac.length && timingSafeEqual(expected, mac)
    })
    return outcomes.includes(true)
  }

  seal(purpose: Purpose, plain: Uint8Array): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#keys('seal', purpose)[0], nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.from(purpose))
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
  }

  isCurrent(purpose: Purpose, sealed: string): boolean {
    const bytes = sealedBytes(sealed)
    return bytes !== undefined && decrypt(this.#keys('seal', purpose)[0], purpose, bytes) !== undefined
  }

  unseal(purpose: Purpose, sealed: string): Uint8Array | undefined {
    const bytes = sealedBytes(sealed)
    if (bytes === undefined) return undefined
    for (const key of this.#keys('seal', purpose)) {
      const plain = decrypt(key, purpose, bytes)
      if (plain !== undefined) return plain
    }
    return undefined
  }

  #keys(use: 'mac' | 'seal', purpose: Purpose): readonly [KeyObject, ...KeyObject[]] {
    const name = `portcullis ${use} ${purpose}`
    const known = this.#derived.get(name)
    if (known !== undefined) return known
    const [first, ...others] = this.#live.map((secret) => createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', name, KEY_BYTES))))
    if (first === undefined) throw new TypeError('there is no live secret')
    this.#derived.set(name, [first, ...others])
    return [first, ...others]
  }
}

const sha256 = (value: string): Buffer => hash('sha256', value, 'buffer')

const hmac = (key: KeyObject, message: Uint8Array): Buffer => createHmac('sha256', key).update(message).digest()

/** Buffer skips what is not base64url, so a text that was changed could still decode to the same bytes. */
function sealedBytes(sealed: string): Buffer | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  return bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== sealed ? undefined : bytes
}

function decrypt(key: KeyObject, purpose: Purpose, bytes: Buffer): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(purpose))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return undefined
  }
}
