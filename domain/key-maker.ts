import type { Clock } from '../ports/clock.js'
import type { KeyRepository } from '../ports/key-repository.js'
import type { Secrets } from '../ports/secrets.js'
import type { KeyPair, TokenSigner } from '../ports/token-signer.js'
import { ForeignSecrets, StoreUnavailable } from './errors.js'
import { activeKey } from './key-succession.js'
import { nextOrdinal, type SigningKey } from './signing-key.js'

export interface KeyMakerParts {
  readonly keys: KeyRepository
  readonly signer: TokenSigner
  readonly secrets: Secrets
  readonly clock: Clock
}

/** A lost race is settled by reading again; each round means that somebody else made progress. */
const MAX_ROUNDS = 100

/** A new key, in the store, that signs `afterMs` later. Throws ForeignSecrets when the one that signs now cannot be opened, unless that is known. */
export async function makeKey(parts: KeyMakerParts, afterMs: number, secretsLost = false): Promise<SigningKey> {
  const pair = await parts.signer.generate()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const known = await parts.keys.list()
    if (!secretsLost) mustOpen(activeKey(known, parts.clock.now()), parts.secrets)
    const key = keyOf(pair, nextOrdinal(known), afterMs, parts)
    if (await parts.keys.add(key)) return key
  }
  throw new StoreUnavailable('keys are being made by others all the time: try again')
}

/** All keys, of which one at least is not withdrawn: where there was none, one is made that signs at once. */
export async function establishKeys(parts: KeyMakerParts): Promise<readonly SigningKey[]> {
  const known = await parts.keys.list()
  if (known.some(({ retiredAt }) => retiredAt === undefined)) return known
  // False when another process made the same successor: one is enough.
  await parts.keys.add(keyOf(await parts.signer.generate(), nextOrdinal(known), 0, parts))
  return parts.keys.list()
}

/** Servers with other secrets could not open what is sealed under these, and it would be theirs to sign with. */
function mustOpen(active: SigningKey | undefined, secrets: Secrets): void {
  if (active === undefined || secrets.unseal('signing-key', active.sealedPrivateKey) !== undefined) return
  const what = `does not open the key that signs now (${active.kid}), so the servers could not sign with a new one`
  throw new ForeignSecrets(`PORTCULLIS_SECRETS: ${what}; set it as the servers have it, or say --secrets-lost. Nothing was changed`)
}

function keyOf({ kid, publicJwk, privateKey }: KeyPair, ordinal: number, afterMs: number, { secrets, clock }: KeyMakerParts): SigningKey {
  const createdAt = clock.now()
  const signsFrom = new Date(createdAt.getTime() + afterMs)
  return { kid, ordinal, publicJwk, sealedPrivateKey: secrets.seal('signing-key', privateKey), createdAt, signsFrom }
}
