import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { NodeTokenSigner } from '../../adapters/system/signer.js'
import { Administrator } from '../../domain/administrator.js'
import type { AuditEvent } from '../../domain/audit.js'
import { KeyAdministration } from '../../domain/key-administration.js'
import { InvalidInput } from '../../domain/errors.js'
import type { Grant } from '../../domain/grant.js'
import type { ClientId, GrantId, SessionId, UserId } from '../../domain/ids.js'
import type { Session } from '../../domain/session.js'
import type { ClientDraft } from '../../ports/for-administering.js'
import type { Clock } from '../../ports/clock.js'
import type { PasswordHasher } from '../../ports/password-hasher.js'
import type { Secrets } from '../../ports/secrets.js'
import type { Storage } from '../../ports/storage.js'

export const NOW = new Date('2031-05-06T07:08:09.010Z')
export const SOURCE = { requestId: 'test', address: 'cli' }
export const later = (ms: number): Date => new Date(NOW.getTime() + ms)

const never = (): never => {
  throw new Error('administering needs no key')
}

const secrets: Secrets = {
  random: (bytes) => randomBytes(bytes).toString('base64url'),
  digest: (value) => createHash('sha256').update(value).digest('base64url'),
  same: never,
  mac: never,
  verify: never,
  seal: never,
  isCurrent: never,
  unseal: never,
}

const hasher: PasswordHasher = {
  hash: async (password) => `$fake$${Buffer.from(password).toString('hex')}`,
  verify: never,
  isOutdated: never,
}

/** For a grant of whichever client stands under its id when the grant is saved. */
const STANDING = 'the one that stands'

/** A store in memory that puts the registration of the client in place of STANDING. */
function openOfficeStorage(): Storage {
  const storage = openMemoryStorage()
  const { clients, grants } = storage
  const save = grants.save.bind(grants)
  grants.save = async (grant) => {
    const standing = grant.clientRegistration === STANDING ? await clients.find(grant.clientId) : undefined
    await save({ ...grant, clientRegistration: standing?.registration ?? grant.clientRegistration })
  }
  return storage
}

/** An administrator on an empty memory store, at a moment that stands still. */
export function anOffice(override: Partial<Secrets> = {}) {
  const storage = openOfficeStorage()
  const clock: Clock = { now: () => new Date(NOW) }
  const events: AuditEvent[] = []
  const audit = { record: (event: AuditEvent) => void events.push(event) }
  const parts = { storage, secrets: { ...secrets, ...override }, hasher, clock, audit }
  const signer = new NodeTokenSigner()
  const keyParts = { keys: storage.keys, users: storage.users, signer, secrets: new SystemSecrets([Buffer.alloc(32, 7)]), clock, audit }
  const keepingKeys = new KeyAdministration(keyParts, 600_000)
  return { storage, clock, events, parts, administrator: new Administrator(parts), keepingKeys }
}

export const aGrant = (id: string, userId: string, clientId: string, changes: Partial<Grant> = {}): Grant => ({
  id: Buffer.from(id.padEnd(16, '.')).toString('base64url') as GrantId,
  userId: userId as UserId,
  clientId: clientId as ClientId,
  clientRegistration: STANDING,
  scopes: ['read'],
  resources: ['https://api.test/'],
  authTime: NOW,
  amr: ['pwd'],
  grantEpoch: 0,
  withdrawalEpoch: 0,
  createdAt: NOW,
  code: { challenge: 'c'.repeat(43), redirectUri: 'https://app.test/cb', expiresAt: later(60_000) },
  expiresAt: later(900_000),
  ...changes,
})

export const aSession = (id: string, userId: string, changes: Partial<Session> = {}): Session => ({
  id: createHash('sha256').update(id).digest('base64url') as SessionId,
  userId: userId as UserId,
  authTime: NOW,
  amr: ['pwd'],
  sessionEpoch: 0,
  createdAt: NOW,
  lastSeenAt: NOW,
  idleExpiresAt: later(60_000),
  expiresAt: later(900_000),
  ...changes,
})

export const APP: ClientDraft = {
  name: 'App',
  id: 'we ird:id+%',
  redirectUris: ['https://app.test/cb'],
  grants: ['authorization_code', 'refresh_token'],
  scopes: ['read', 'write', 'read'],
  defaultScopes: ['read'],
  resources: ['https://api.test/'],
  resourceServerFor: ['https://api.test/own'],
  firstParty: true,
  requireOtp: true,
}
export const PASSWORD = 'correct horse'

export async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidInput)
    return (error as InvalidInput).message
  }
  throw new Error('it was not refused')
}

export async function anOfficeWithPeople() {
  const office = anOffice()
  const { administrator } = office
  for (const name of ['read', 'write']) await administrator.createScope({ name, description: `May ${name}` }, SOURCE)
  const { client } = await administrator.createClient(APP, SOURCE)
  const ada = await administrator.createUser({ username: 'ada', password: PASSWORD, name: 'Ada', email: 'ada@lovelace.test' }, SOURCE)
  const bob = await administrator.createUser({ username: 'bob', password: PASSWORD }, SOURCE)
  const other = (await administrator.createClient({ ...APP, id: 'other' }, SOURCE)).client
  return { ...office, client, other, ada, bob }
}

/** People with two grants, an approval and a session each. */
export async function aBusyOffice() {
  const office = await anOfficeWithPeople()
  const { storage, client, other, ada, bob } = office
  for (const { id } of [ada, bob]) {
    for (const app of [client, other]) {
      await storage.grants.save(aGrant(`${id.slice(0, 8)}${app.id.slice(0, 6)}`, id, app.id))
      await storage.consents.remember({
        userId: id,
        clientId: app.id,
        clientRegistration: app.registration,
        scopes: ['read'],
        resources: [],
        permissions: [{ scope: 'read', resources: [], audience: [] }],
        at: NOW,
      })
    }
    await storage.sessions.begin(aSession(id, id))
  }
  const left = async () => ({
    grants: (await storage.grants.list({}, NOW)).map(({ userId, clientId }) => [userId, clientId]),
    consents: (await storage.consents.list({ userId: bob.id })).length + (await storage.consents.list({ userId: ada.id })).length,
    sessions: (await storage.sessions.list({ userId: ada.id })).length,
  })
  return { ...office, left }
}
