import { AUTH_METHODS, GRANT_TYPES } from '../../domain/client.js'
import type { AuthorizationParameters } from '../../domain/flow.js'
import type { Aggregate, Records } from '../../domain/records.js'

/** How a field is kept. */
export interface Shape {
  /** What the server accepts in it (JSON schema with `bsonType`). */
  readonly schema: object
  readonly isOptional?: true
  /** Kept as `_id`. */
  readonly isKey?: true
  /** What a record has in a document that lacks it. */
  readonly whenAbsent?: () => unknown
  /** From a record into a document and back; as it is when absent. */
  readonly write?: (value: unknown) => unknown
  readonly read?: (stored: unknown) => unknown
}

const TEXT = { schema: { bsonType: 'string' } } as const
const NUMBER = { schema: { bsonType: 'number' } } as const
const DATE = { schema: { bsonType: 'date' } } as const
const BOOLEAN = { schema: { bsonType: 'bool' } } as const
const TEXTS = { schema: { bsonType: 'array', items: TEXT.schema } } as const
const KEY = { ...TEXT, isKey: true } as const

const optional = (shape: Shape): Shape => ({ ...shape, isOptional: true })
const oneOf = (values: readonly string[]): Shape => ({ schema: { enum: values } })

function nested(fields: Readonly<Record<string, Shape>>): Shape {
  return { schema: objectSchema(fields) }
}

/** The schema of an object with these fields; others are left to later versions. */
export function objectSchema(fields: Readonly<Record<string, Shape>>): object {
  const named = Object.entries(fields).map(([name, shape]) => [shape.isKey === true ? '_id' : name, shape] as const)
  return {
    bsonType: 'object',
    required: named.filter(([, { isOptional }]) => isOptional !== true).map(([name]) => name),
    properties: Object.fromEntries(named.map(([name, { schema }]) => [name, schema])),
  }
}

/** Names come from whoever asks, so they are values here: a name must not become the name of a field. */
const PARAMETERS: Shape = {
  schema: {
    bsonType: 'array',
    items: { bsonType: 'object', required: ['name', 'value'], properties: { name: TEXT.schema, value: { bsonType: ['string', 'array'] } } },
  },
  write: (value) => Object.entries(value as AuthorizationParameters).map(([name, given]) => ({ name, value: given })),
  read: (stored) =>
    Object.fromEntries((stored as { name: string; value: string | readonly string[] }[]).map(({ name, value }) => [name, value])),
}

const CODE = nested({ challenge: TEXT, redirectUri: TEXT, expiresAt: DATE, redeemedAt: optional(DATE), redeemedBy: optional(TEXT) })
const LINEAGE = nested({
  generation: NUMBER,
  rotatedAt: DATE,
  rotatedBefore: optional(DATE),
  rotatedBy: optional(TEXT),
  idleExpiresAt: DATE,
  expiresAt: DATE,
})

const PREVIOUS_SECRET = nested({ hash: TEXT, until: DATE })
const SECOND_FACTOR = nested({ sealedSecret: TEXT, enrolledAt: DATE, lastStep: NUMBER, recoveryCodes: TEXTS })
const EVENTS: Shape = {
  schema: { bsonType: 'array', items: objectSchema({ event: TEXT, at: DATE, address: TEXT, clientId: optional(TEXT) }) },
  isOptional: true,
  whenAbsent: () => [],
}
const PERMISSIONS: Shape = {
  schema: { bsonType: 'array', items: objectSchema({ registration: TEXT, scope: TEXT, resources: TEXTS, audience: TEXTS }) },
  isOptional: true,
  whenAbsent: () => [],
}

/** Every field of every record. */
export const SHAPES: { readonly [A in Aggregate]: { readonly [F in keyof Required<Records[A]>]: Shape } } = {
  clients: {
    id: KEY,
    registration: TEXT,
    revision: NUMBER,
    name: TEXT,
    authMethod: oneOf(AUTH_METHODS),
    secretHashes: TEXTS,
    redirectUris: TEXTS,
    grants: { schema: { bsonType: 'array', items: oneOf(GRANT_TYPES).schema } },
    scopes: TEXTS,
    defaultScopes: TEXTS,
    resources: TEXTS,
    resourceServerFor: TEXTS,
    firstParty: BOOLEAN,
    requireOtp: BOOLEAN,
    createdAt: DATE,
    disabledAt: optional(DATE),
    previousSecret: optional(PREVIOUS_SECRET),
  },
  users: {
    id: KEY,
    username: TEXT,
    name: optional(TEXT),
    email: optional(TEXT),
    passwordHash: TEXT,
    sessionEpoch: NUMBER,
    grantEpoch: NUMBER,
    withdrawalEpoch: NUMBER,
    createdAt: DATE,
    disabledAt: optional(DATE),
    secondFactor: optional(SECOND_FACTOR),
    events: EVENTS,
  },
  grants: {
    id: KEY,
    clientId: TEXT,
    clientRegistration: TEXT,
    userId: TEXT,
    sessionId: optional(TEXT),
    scopes: TEXTS,
    resources: TEXTS,
    authTime: DATE,
    amr: TEXTS,
    grantEpoch: NUMBER,
    withdrawalEpoch: NUMBER,
    createdAt: DATE,
    code: CODE,
    refresh: optional(LINEAGE),
    endedAt: optional(DATE),
    endedBy: optional(TEXT),
    expiresAt: DATE,
  },
  consents: {
    userId: TEXT,
    clientId: TEXT,
    clientRegistration: TEXT,
    scopes: TEXTS,
    resources: TEXTS,
    permissions: PERMISSIONS,
    createdAt: DATE,
    updatedAt: DATE,
  },
  sessions: {
    id: KEY,
    userId: TEXT,
    authTime: DATE,
    amr: TEXTS,
    pending: optional(oneOf(['otp'])),
    sessionEpoch: NUMBER,
    createdAt: DATE,
    lastSeenAt: DATE,
    idleExpiresAt: DATE,
    expiresAt: DATE,
  },
  flows: {
    id: KEY,
    browser: TEXT,
    parameters: PARAMETERS,
    createdAt: DATE,
    expiresAt: DATE,
    spentAt: optional(DATE),
    spentBy: optional(TEXT),
  },
  keys: {
    kid: KEY,
    ordinal: NUMBER,
    publicJwk: { schema: { bsonType: 'object' } },
    sealedPrivateKey: TEXT,
    createdAt: DATE,
    signsFrom: DATE,
    retiredAt: optional(DATE),
  },
  scopes: { name: KEY, description: TEXT },
  resources: { uri: KEY, name: TEXT, scopes: TEXTS },
  deniedTokens: { jti: KEY, expiresAt: DATE },
  attempts: { key: KEY, count: NUMBER, until: DATE },
}
