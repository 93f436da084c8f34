import type { Attempts } from './attempts.js'
import type { Client } from './client.js'
import type { Consent } from './consent.js'
import type { DeniedToken } from './denied-token.js'
import type { Flow } from './flow.js'
import type { Grant } from './grant.js'
import type { Resource } from './resource.js'
import type { Scope } from './scope.js'
import type { Session } from './session.js'
import type { SigningKey } from './signing-key.js'
import type { User } from './user.js'

/** Everything that a store holds, by kind. */
export interface Records {
  readonly clients: Client
  readonly users: User
  readonly grants: Grant
  readonly consents: Consent
  readonly sessions: Session
  readonly flows: Flow
  readonly keys: SigningKey
  readonly scopes: Scope
  readonly resources: Resource
  readonly deniedTokens: DeniedToken
  readonly attempts: Attempts
}

export type Aggregate = keyof Records

const KEY_OF: { readonly [A in Aggregate]: (record: Records[A]) => string } = {
  clients: ({ id }) => id,
  users: ({ id }) => id,
  grants: ({ id }) => id,
  // A person's id has no space in it: the two parts stay apart.
  consents: ({ userId, clientId }) => `${userId} ${clientId}`,
  sessions: ({ id }) => id,
  flows: ({ id }) => id,
  keys: ({ kid }) => kid,
  scopes: ({ name }) => name,
  resources: ({ uri }) => uri,
  deniedTokens: ({ jti }) => jti,
  attempts: ({ key }) => key,
}

export const AGGREGATES = Object.keys(KEY_OF) as readonly Aggregate[]

/** What no other record of its kind has. */
export const recordKey = <A extends Aggregate>(aggregate: A, record: Records[A]): string => KEY_OF[aggregate](record)
