import { createHash } from 'node:crypto'
import type { Attempts } from '../../domain/attempts.js'
import type { Client } from '../../domain/client.js'
import { permission, type Approval, type Consent } from '../../domain/consent.js'
import type { DeniedToken } from '../../domain/denied-token.js'
import type { Flow } from '../../domain/flow.js'
import type { Grant } from '../../domain/grant.js'
import type { AttemptId, BrowserId, ClientId, FlowId, GrantId, KeyId, SessionId, UserId } from '../../domain/ids.js'
import type { Resource } from '../../domain/resource.js'
import type { Scope } from '../../domain/scope.js'
import type { Session } from '../../domain/session.js'
import type { SigningKey } from '../../domain/signing-key.js'
import type { User } from '../../domain/user.js'
import { build, type Overrides } from './overrides.js'

// In what is built here no field is at its default, so that a store or a page that forgets one shows.

/** The present of every test, in milliseconds that no store may round. */
export const NOW = new Date('2031-02-03T04:05:06.789Z')

/** `ms` after NOW, or before it. */
export const after = (ms: number): Date => new Date(NOW.getTime() + ms)

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

let made = 0
const digest = () => createHash('sha256').update(`made ${++made}`).digest()
/** 128 bits, as base64url; another with each call. */
const short = () => digest().subarray(0, 16).toString('base64url')
/** 256 bits, as base64url; another with each call. */
const long = () => digest().toString('base64url')

export const aUserId = () => short() as UserId
export const aGrantId = () => short() as GrantId
export const anAttempt = () => short() as AttemptId
export const aClientId = () => `client-${++made}` as ClientId
export const aSessionId = () => long() as SessionId
export const aFlowId = () => long() as FlowId
export const aBrowserId = () => long() as BrowserId
export const aKeyId = () => long() as KeyId

/** Confidential, disabled. */
export const aClient = (overrides: Overrides<Client> = {}): Client =>
  build<Client>(
    {
      id: aClientId(),
      registration: short(),
      revision: 9,
      name: 'Weather “à la carte” <b>&amp;',
      authMethod: 'client_secret_post',
      secretHashes: [long(), long()],
      redirectUris: ['https://weather.example/callback?of=1', 'http://127.0.0.1/callback'],
      grants: ['authorization_code', 'refresh_token', 'client_credentials'],
      scopes: ['forecast:read', 'alarm:write'],
      defaultScopes: ['forecast:read'],
      resources: ['https://api.weather.example/v1'],
      resourceServerFor: ['https://own.weather.example/'],
      firstParty: true,
      requireOtp: true,
      createdAt: after(-30 * DAY),
      disabledAt: after(-1 * DAY),
      previousSecret: { hash: long(), until: after(HOUR) },
    },
    overrides,
  )

/** Disabled, with epochs that have grown and a second factor. */
export const aUser = (overrides: Overrides<User> = {}): User =>
  build<User>(
    {
      id: aUserId(),
      username: `Ada Lovelace ${++made}`,
      name: 'Ada “Countess” 伯爵夫人',
      email: 'ada@example.org',
      passwordHash: `$argon2id$v=19$m=19456,t=2,p=1$${long()}$${long()}`,
      sessionEpoch: 3,
      grantEpoch: 5,
      withdrawalEpoch: 6,
      createdAt: after(-20 * DAY),
      disabledAt: after(-2 * DAY),
      secondFactor: {
        sealedSecret: `${long()}.${long()}`,
        enrolledAt: after(-9 * DAY),
        lastStep: 64_000_000,
        recoveryCodes: [long(), long()],
      },
      events: [
        { event: 'second-factor-enabled', at: after(-9 * DAY), address: '192.0.2.7' },
        { event: 'approval', at: after(-8 * DAY), address: '2001:db8::7', clientId: aClientId() },
      ],
    },
    overrides,
  )

/** Redeemed, rotated and ended: every state at once. */
export const aGrant = (overrides: Overrides<Grant> = {}): Grant =>
  build<Grant>(
    {
      id: aGrantId(),
      clientId: aClientId(),
      clientRegistration: short(),
      userId: aUserId(),
      sessionId: aSessionId(),
      scopes: ['forecast:read', 'alarm:write'],
      resources: ['https://api.weather.example/v1', 'https://own.weather.example/'],
      authTime: after(-10 * MINUTE),
      amr: ['pwd', 'otp'],
      grantEpoch: 5,
      withdrawalEpoch: 6,
      createdAt: after(-5 * MINUTE),
      code: {
        challenge: long(),
        redirectUri: 'https://weather.example/callback?of=1',
        expiresAt: after(-4 * MINUTE),
        redeemedAt: after(-4.5 * MINUTE),
        redeemedBy: anAttempt(),
      },
      refresh: {
        generation: 7,
        rotatedAt: after(-2 * MINUTE),
        rotatedBefore: after(-3 * MINUTE),
        rotatedBy: anAttempt(),
        idleExpiresAt: after(7 * DAY),
        expiresAt: after(30 * DAY),
      },
      endedAt: after(-1 * MINUTE),
      endedBy: 'withdrawn',
      expiresAt: after(30 * DAY + 1),
    },
    overrides,
  )

/** Approved a moment ago; its code can still be redeemed for a minute. */
export const anApprovedGrant = (overrides: Overrides<Grant> = {}): Grant =>
  aGrant({
    code: { challenge: long(), redirectUri: 'https://weather.example/callback?of=1', expiresAt: after(MINUTE) },
    refresh: undefined,
    endedAt: undefined,
    endedBy: undefined,
    expiresAt: after(DAY),
    ...overrides,
  })

/** Redeemed and rotated to generation 7; not ended. */
export const anActiveGrant = (overrides: Overrides<Grant> = {}): Grant => aGrant({ endedAt: undefined, endedBy: undefined, ...overrides })

export const aConsent = (overrides: Overrides<Consent> = {}): Consent =>
  build<Consent>(
    {
      userId: aUserId(),
      clientId: aClientId(),
      clientRegistration: short(),
      scopes: ['forecast:read', 'alarm:write'],
      resources: ['https://api.weather.example/v1'],
      permissions: [
        { registration: short(), scope: 'forecast:read', resources: [], audience: [] },
        {
          registration: short(),
          scope: 'alarm:write',
          resources: ['https://api.weather.example/v1'],
          audience: ['https://api.weather.example/v1', 'urn:other'],
        },
      ],
      createdAt: after(-9 * DAY),
      updatedAt: after(-8 * DAY),
    },
    overrides,
  )

/** Each scope makes sense at each resource, unless the permissions say otherwise. */
export function anApproval(overrides: Partial<Approval> = {}): Approval {
  const { userId, clientId, clientRegistration, scopes, resources } = aConsent()
  const approval = { userId, clientId, clientRegistration, scopes, resources, at: NOW, ...overrides }
  const permissions = [...new Set(approval.scopes)].map((scope) => permission(scope, approval.resources))
  return { permissions, ...approval }
}

export const aSession = (overrides: Overrides<Session> = {}): Session =>
  build<Session>(
    {
      id: aSessionId(),
      userId: aUserId(),
      authTime: after(-40 * MINUTE),
      amr: ['pwd', 'otp'],
      pending: 'otp',
      sessionEpoch: 3,
      createdAt: after(-50 * MINUTE),
      lastSeenAt: after(-1 * MINUTE),
      idleExpiresAt: after(HOUR),
      expiresAt: after(DAY),
    },
    overrides,
  )

/** Spent a moment ago. */
export const aFlow = (overrides: Overrides<Flow> = {}): Flow =>
  build<Flow>(
    {
      id: aFlowId(),
      browser: aBrowserId(),
      parameters: {
        client_id: 'weather',
        state: '{"a":"☂\'\\"}',
        resource: ['https://api.weather.example/v1', 'https://own.weather.example/'],
      },
      createdAt: after(-5 * MINUTE),
      expiresAt: after(5 * MINUTE),
      spentAt: after(-1 * MINUTE),
      spentBy: anAttempt(),
    },
    overrides,
  )

/** Withdrawn by an operator. */
export const aKey = (overrides: Overrides<SigningKey> = {}): SigningKey =>
  build<SigningKey>(
    {
      kid: aKeyId(),
      ordinal: ++made,
      publicJwk: { kty: 'EC', crv: 'P-256', x: long(), y: long() },
      sealedPrivateKey: `${long()}.${long()}`,
      createdAt: after(-3 * DAY),
      signsFrom: after(-2 * DAY),
      retiredAt: after(-1 * DAY),
    },
    overrides,
  )

export const aDeniedToken = (overrides: Overrides<DeniedToken> = {}): DeniedToken =>
  build<DeniedToken>({ jti: `${short()}.${short()}`, expiresAt: after(10 * MINUTE) }, overrides)

/** In a window that is open. */
export const someAttempts = (overrides: Overrides<Attempts> = {}): Attempts =>
  build<Attempts>({ key: long(), count: 7, until: after(9 * MINUTE) }, overrides)

export const aScope = (overrides: Overrides<Scope> = {}): Scope =>
  build<Scope>({ name: `forecast:${++made}`, description: 'Read the “forecast” – ☂' }, overrides)

export const aResource = (overrides: Overrides<Resource> = {}): Resource =>
  build<Resource>({ uri: `https://api.weather.example/v${++made}`, name: 'Weather ☂', scopes: ['forecast:read', 'alarm:write'] }, overrides)
