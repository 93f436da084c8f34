import type { Attempts } from '../../domain/attempts.js'
import type { Client } from '../../domain/client.js'
import type { Consent } from '../../domain/consent.js'
import type { DeniedToken } from '../../domain/denied-token.js'
import type { Flow } from '../../domain/flow.js'
import type { Grant } from '../../domain/grant.js'
import type { Resource } from '../../domain/resource.js'
import type { Scope } from '../../domain/scope.js'
import type { Session } from '../../domain/session.js'
import type { SigningKey } from '../../domain/signing-key.js'
import type { User } from '../../domain/user.js'
import { Copies } from './copies.js'

/** A person's id has no space in it: the two parts stay apart. */
export const consentKey = ({ userId, clientId }: Pick<Consent, 'userId' | 'clientId'>): string => `${userId} ${clientId}`

/** Everything that a store in memory holds, shared by its repositories and its maintenance. */
export const emptyRows = () => ({
  clients: new Copies(({ id }: Client) => id),
  users: new Copies(({ id }: User) => id),
  grants: new Copies(({ id }: Grant) => id),
  consents: new Copies((consent: Consent) => consentKey(consent)),
  sessions: new Copies(({ id }: Session) => id),
  flows: new Copies(({ id }: Flow) => id),
  keys: new Copies(({ ordinal }: SigningKey) => ordinal),
  scopes: new Copies(({ name }: Scope) => name),
  resources: new Copies(({ uri }: Resource) => uri),
  deniedTokens: new Copies(({ jti }: DeniedToken) => jti),
  attempts: new Copies(({ key }: Attempts) => key),
})

export type Rows = ReturnType<typeof emptyRows>
