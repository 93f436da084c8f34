import { randomBytes } from 'node:crypto'
import { insertInto } from '../adapters/sqlite/columns.js'
import { openDatabase } from '../adapters/sqlite/driver.js'
import { GRANT_COLUMNS, rowOfGrant } from '../adapters/sqlite/grant-rows.js'
import { Argon2PasswordHasher } from '../adapters/system/argon2.js'
import { systemClock } from '../adapters/system/clock.js'
import { SystemSecrets } from '../adapters/system/secrets.js'
import { Administrator } from '../domain/administrator.js'
import type { Grant } from '../domain/grant.js'
import type { AttemptId, ClientId, GrantId, UserId } from '../domain/ids.js'
import { openStorage } from '../src/open-storage.js'
import { PASSWORD } from '../test/support/server.js'

export const USERS = 16
export const userName = (number: number): string => `user-${number}`

const CLIENT_ID = 'bench'
const SCOPE = 'read'
const REDIRECT_URI = 'https://rp.test/cb'
const DAY_MS = 86_400_000
const BATCH = 10_000
const PEOPLE_WITH_GRANTS = 100_000

/** A confidential first-party client that authenticates in the form. */
export interface Registered {
  readonly clientId: string
  readonly secret: string
  readonly redirectUri: string
  readonly scope: string
}

/** Puts the client and the people into the empty store that `url` names. */
export async function makeStore(url: string): Promise<Registered> {
  const storage = await openStorage(url)
  await storage.maintenance.prepare()
  const secrets = new SystemSecrets([randomBytes(32)])
  const audit = { record: () => undefined }
  const administrator = new Administrator({ storage, secrets, hasher: new Argon2PasswordHasher(), clock: systemClock, audit })
  const secret = await register(administrator)
  await storage.maintenance.close()
  return { clientId: CLIENT_ID, secret, redirectUri: REDIRECT_URI, scope: SCOPE }
}

async function register(administrator: Administrator): Promise<string> {
  const source = { requestId: 'bench', address: 'cli' }
  await administrator.createScope({ name: SCOPE, description: 'Read things' }, source)
  for (let number = 0; number < USERS; number++) await administrator.createUser({ username: userName(number), password: PASSWORD }, source)
  const { secret = '' } = await administrator.createClient(
    {
      id: CLIENT_ID,
      name: 'Bench',
      authMethod: 'client_secret_post',
      redirectUris: [REDIRECT_URI],
      grants: ['authorization_code', 'refresh_token', 'client_credentials'],
      scopes: [SCOPE],
      defaultScopes: [SCOPE],
      firstParty: true,
    },
    source,
  )
  return secret
}

/**
 * Adds live grants of other people to the SQLite store at `path`: past the repository, which would wait for the disk at each commit, with the
 * repository's own rows.
 */
export function fill(path: string, grants: number): void {
  const db = openDatabase(path)
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144')
  const insert = db.prepare(insertInto('grants', GRANT_COLUMNS))
  const { id: _, ...row } = rowOfGrant(rotatedGrant(), randomBytes(16))
  for (let done = 0; done < grants; done += BATCH) {
    const ids = randomBytes(16 * BATCH)
    db.exec('BEGIN IMMEDIATE')
    for (let i = 0; i < Math.min(BATCH, grants - done); i++)
      insert.run({ ...row, id: ids.subarray(16 * i, 16 * i + 16), user_id: `person-${(done + i) % PEOPLE_WITH_GRANTS}` })
    db.exec('COMMIT')
  }
  // What is left to write must not be written while something is measured.
  db.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

/** A day old, live, with a lineage. */
function rotatedGrant(): Grant {
  const now = systemClock.now()
  const at = (ms: number) => new Date(now.getTime() + ms)
  const attempt = () => randomBytes(16).toString('base64url') as AttemptId
  const began = at(-DAY_MS)
  return {
    id: randomBytes(16).toString('base64url') as GrantId,
    clientId: CLIENT_ID as ClientId,
    clientRegistration: 'bench',
    userId: 'person' as UserId,
    scopes: [SCOPE],
    resources: [],
    authTime: began,
    amr: ['pwd'],
    grantEpoch: 0,
    withdrawalEpoch: 0,
    createdAt: began,
    code: {
      challenge: randomBytes(32).toString('base64url'),
      redirectUri: REDIRECT_URI,
      expiresAt: at(60_000 - DAY_MS),
      redeemedAt: began,
      redeemedBy: attempt(),
    },
    refresh: { generation: 2, rotatedAt: began, rotatedBy: attempt(), idleExpiresAt: at(29 * DAY_MS), expiresAt: at(179 * DAY_MS) },
    expiresAt: at(179 * DAY_MS),
  }
}
