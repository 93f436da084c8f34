import type { Aggregate, Records } from '../../domain/records.js'
import type { Storage } from '../../ports/storage.js'
import {
  aClient,
  aConsent,
  aDeniedToken,
  aFlow,
  after,
  aGrant,
  aKey,
  anActiveGrant,
  anApprovedGrant,
  aResource,
  aScope,
  aSession,
  aUser,
  DAY,
  someAttempts,
} from '../support/builders.js'

/** Records of one kind for tests of moving, and where its repository shows them. */
export interface Sample<Record> {
  /** No field at its default; another one with each call. */
  readonly full: () => Record
  /** Without what may be absent: one for each way. */
  readonly bare: (like: Record) => readonly Record[]
  /** As the repository finds it. */
  readonly find: (storage: Storage, record: Record) => Promise<Record | undefined>
}

const without = <Thing extends object>(thing: Thing, ...names: readonly (keyof Thing)[]): Thing =>
  Object.fromEntries(Object.entries(thing).filter(([name]) => !names.includes(name as keyof Thing))) as Thing

const UNLISTED = {
  secretHashes: [],
  redirectUris: [],
  grants: [],
  scopes: [],
  defaultScopes: [],
  resources: [],
  resourceServerFor: [],
} as const

export const SAMPLES: { readonly [A in Aggregate]: Sample<Records[A]> } = {
  clients: {
    full: aClient,
    bare: (client) => [
      { ...without(client, 'disabledAt', 'previousSecret'), ...UNLISTED, authMethod: 'none', firstParty: false, requireOtp: false },
    ],
    find: ({ clients }, { id }) => clients.find(id),
  },
  users: {
    full: aUser,
    bare: (user) => [
      without(user, 'name', 'email', 'disabledAt', 'secondFactor'),
      without(user, 'email'),
      { ...user, sessionEpoch: 0, grantEpoch: 0, events: [] },
    ],
    find: ({ users }, { id }) => users.find(id),
  },
  grants: {
    full: aGrant,
    bare: ({ id, ...grant }) => [
      { ...without(anApprovedGrant(), 'sessionId'), id, resources: [], amr: [] },
      anActiveGrant({ id, refresh: undefined }),
      anActiveGrant({ id, refresh: { ...without(grant.refresh!, 'rotatedBefore', 'rotatedBy'), generation: 1 } }),
      { ...grant, id, expiresAt: after(-DAY) },
    ],
    find: ({ grants }, { id }) => grants.find(id),
  },
  consents: {
    full: aConsent,
    bare: (consent) => [{ ...consent, scopes: [], resources: [] }],
    find: ({ consents }, { userId, clientId }) => consents.find(userId, clientId),
  },
  sessions: {
    full: aSession,
    bare: (session) => [without(session, 'pending'), { ...session, amr: [], sessionEpoch: 0, expiresAt: after(-DAY) }],
    find: ({ sessions }, { id }) => sessions.find(id),
  },
  flows: {
    full: aFlow,
    bare: (flow) => [{ ...without(flow, 'spentAt', 'spentBy'), parameters: {}, expiresAt: after(-DAY) }],
    find: ({ flows }, { id }) => flows.find(id),
  },
  keys: {
    full: aKey,
    bare: (key) => [without(key, 'retiredAt')],
    find: async ({ keys }, { kid }) => (await keys.list()).find((key) => key.kid === kid),
  },
  deniedTokens: {
    full: aDeniedToken,
    bare: (token) => [{ ...token, expiresAt: after(-DAY) }],
    find: ({ transfer }, { jti }) => transfer.get('deniedTokens', [jti]).then(([token]) => token),
  },
  attempts: {
    full: someAttempts,
    bare: (attempts) => [{ ...attempts, count: 0, until: after(-DAY) }],
    find: ({ transfer }, { key }) => transfer.get('attempts', [key]).then(([attempts]) => attempts),
  },
  scopes: {
    full: aScope,
    bare: (scope) => [{ ...scope, description: 'x' }],
    find: async ({ scopes }, { name }) => (await scopes.list()).find((scope) => scope.name === name),
  },
  resources: {
    full: aResource,
    bare: (resource) => [{ ...resource, scopes: [] }],
    find: async ({ resources }, { uri }) => (await resources.list()).find((resource) => resource.uri === uri),
  },
}
