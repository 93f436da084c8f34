import { NodeTokenSigner } from '../../adapters/system/signer.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { Administrator } from '../../domain/administrator.js'
import { Authenticator } from '../../domain/authenticator.js'
import { Authorizer } from '../../domain/authorizer.js'
import { Catalogue } from '../../domain/catalogue.js'
import type { Client } from '../../domain/client.js'
import { OAuthError } from '../../domain/errors.js'
import type { AttemptId } from '../../domain/ids.js'
import { KeyRing } from '../../domain/key-ring.js'
import { PersonAuthenticator } from '../../domain/person-authenticator.js'
import { SessionKeeper } from '../../domain/session-keeper.js'
import { Throttle } from '../../domain/throttle.js'
import { TokenIssuer } from '../../domain/token-issuer.js'
import type { AuthorizationRequest } from '../../ports/for-authorizing.js'
import type { IssuedTokens, Presented } from '../../ports/for-issuing-tokens.js'
import type { SignedIn } from '../../ports/for-authenticating.js'
import type { OneTimeCodes } from '../../ports/one-time-codes.js'
import type { PasswordHasher } from '../../ports/password-hasher.js'
import type { Storage } from '../../ports/storage.js'
import { anAttempt, DAY, HOUR, MINUTE, NOW } from '../support/builders.js'

export const SOURCE = { requestId: 'contract', address: '192.0.2.7' }
export const REDIRECT_URI = 'https://app.test/callback'

const LIMITS = {
  issuer: 'https://login.test',
  defaultResource: 'https://login.test',
  flowTtlMs: HOUR,
  codeTtlMs: MINUTE,
  accessTokenTtlMs: 10 * MINUTE,
  refreshIdleTtlMs: 7 * DAY,
  refreshMaxTtlMs: 30 * DAY,
  refreshGraceMs: MINUTE,
  sessionIdleTtlMs: HOUR,
  sessionMaxTtlMs: DAY,
  clientAttempts: 20,
  loginAttempts: 10,
  loginWindowMs: MINUTE,
}

/** What Argon2id would be too slow for; `$old$` is a hash with other parameters than today's. */
export const hashOf = (password: string, kind: 'new' | 'old'): string => `$${kind}$${Buffer.from(password).toString('hex')}`
const hasher: PasswordHasher = {
  hash: async (password) => hashOf(password, 'new'),
  verify: async (hash, password) => hash === hashOf(password, 'new') || hash === hashOf(password, 'old'),
  isOutdated: (hash) => hash.startsWith('$old$'),
}

/** Nobody here has a second factor. */
const NO_CODES: OneTimeCodes = { stepOf: () => undefined, describe: () => ({ text: '', uri: '' }) }

/** One process: everything that the domain does, wired over a storage, at a moment that stands still. */
export class House {
  readonly administrator: Administrator
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly issuer: TokenIssuer
  readonly keyRing: KeyRing
  readonly storage: Storage

  constructor(storage: Storage) {
    this.storage = storage
    const secrets = new SystemSecrets([Buffer.alloc(32, 7)])
    const clock = { now: () => new Date(NOW) }
    const audit = { record: () => undefined }
    const catalogue = new Catalogue(storage.clients, storage.scopes, storage.resources, clock)
    const parts = { ...storageParts(storage), storage, catalogue, secrets, clock, audit, hasher }
    this.keyRing = new KeyRing({ keys: storage.keys, signer: new NodeTokenSigner(), secrets, clock }, LIMITS.accessTokenTtlMs)
    this.administrator = new Administrator(parts)
    const sessionKeeper = new SessionKeeper(parts, LIMITS)
    const throttle = new Throttle(storage.attempts, secrets, clock, LIMITS)
    const people = new PersonAuthenticator({ ...parts, sessionKeeper, throttle, codes: NO_CODES })
    this.authenticator = new Authenticator({ ...parts, people }, LIMITS)
    this.authorizer = new Authorizer(parts, LIMITS)
    this.issuer = new TokenIssuer({ ...parts, keyRing: this.keyRing }, LIMITS)
  }

  /** The tokens for a code; undefined when it is refused. */
  redeem(code: string, client: Client): Promise<IssuedTokens | undefined> {
    return unlessInvalid(async () => {
      const presented = await this.issuer.presentCode(code)
      return this.issuer.redeem(presented, this.#exchange(client))
    })
  }

  /** The tokens for a refresh token; undefined when it is refused. */
  refresh(token: string, client: Client): Promise<IssuedTokens | undefined> {
    return unlessInvalid(async () => {
      const presented: Presented = await this.issuer.presentRefreshToken(token)
      return this.issuer.rotate(presented, presented.grant.scopes, this.#exchange(client))
    })
  }

  /** Approves, as the person does who was asked; the code. */
  async approve(client: Client, who: SignedIn): Promise<string> {
    return this.authorizer.codeFor(await this.authorizer.grant({ request: requestOf(client), who }, 'asked', SOURCE))
  }

  isApproved(client: Client, who: SignedIn): Promise<boolean> {
    return this.authorizer.isApproved(requestOf(client), who)
  }

  #exchange(client: Client) {
    return { client, attempt: anAttempt() satisfies AttemptId, source: SOURCE, resources: [] }
  }
}

const storageParts = ({ users, sessions, grants, consents, flows }: Storage) => ({ users, sessions, grants, consents, flows })

const requestOf = (client: Client): AuthorizationRequest => ({
  client,
  redirectUri: REDIRECT_URI,
  scopes: ['read'],
  resources: [],
  permissions: [{ scope: 'read', resources: [], audience: [] }],
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
})

async function unlessInvalid<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OAuthError && error.code === 'invalid_grant') return undefined
    throw error
  }
}
