import { expect } from 'chai'
import { openDatabase } from '../../adapters/sqlite/driver.js'
import { STEPS } from '../../adapters/sqlite/schema.js'
import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { ClientId, SessionId, UserId } from '../../domain/ids.js'
import type { Aggregate } from '../../domain/records.js'
import { SAMPLES } from '../contracts/records.js'
import { aDeniedToken, after, NOW } from '../support/builders.js'
import { sqliteFolder, type SqliteFolder } from '../support/sqlite-folder.js'

const USER = `INSERT INTO users (id, username, password_hash, session_epoch, grant_epoch, withdrawal_epoch, created_at)
  VALUES ('ada', 'Ada', 'hash', 1, 2, 3, 1000)`
const SESSION = `INSERT INTO sessions (id, user_id, amr, auth_time, session_epoch, created_at, last_seen_at, idle_expires_at, expires_at)
  VALUES ('session', 'ada', '["pwd"]', 1000, 1, 1000, 1000, 2000, 3000)`
const CLIENT = `INSERT INTO clients (id, registration, name, auth_method, secret_hashes, redirect_uris, grants, scopes, default_scopes, resources,
  resource_server_for, revision, first_party, require_otp, created_at)
  VALUES ('web', 'registration', 'Web', 'client_secret_basic', '["hash"]', '[]', '[]', '[]', '[]', '[]', '[]', 1, 0, 0, 1000)`

const CONSENTS = ['[]', '["urn:a"]'].map(
  (resources, index) => `INSERT INTO consents (user_id, client_id, client_registration, scopes, resources, created_at, updated_at)
  VALUES ('ada', 'client-${index}', 'r', '["read","write"]', '${resources}', ${index}, 1000)`,
)

/** What no later step adds anything to: as it was written then, it is written now. */
const UNCHANGED = ['grants', 'flows', 'keys', 'scopes', 'resources'] as const satisfies readonly Aggregate[]
const KEPT = UNCHANGED.map((aggregate) => [aggregate, SAMPLES[aggregate].full()] as const)

describe('sqlite: a store of schema 1', () => {
  let folder: SqliteFolder
  beforeEach(async () => {
    folder = await sqliteFolder()
    const { maintenance, transfer } = await openSqliteStorage(folder.file, { steps: STEPS.slice(0, 1) })
    await maintenance.prepare()
    for (const [aggregate, record] of KEPT) await transfer.put(aggregate, [record])
    await maintenance.close()
    const db = openDatabase(folder.file)
    for (const sql of [USER, SESSION, CLIENT, ...CONSENTS]) db.exec(sql)
    db.close()
  })
  afterEach(() => folder.remove())

  it('is not ready before it is prepared, and keeps everything', async () => {
    const storage = await openSqliteStorage(folder.file)
    const refusal: unknown = await storage.maintenance.ready().catch((error: unknown) => error)
    expect(refusal).to.be.instanceOf(StoreUnavailable)
    expect(String(refusal)).to.include('add column users.second_factor').and.include('create table denied_tokens')
    for (const early of [storage.consents.list({}), storage.users.find('ada' as UserId)])
      expect(await early.catch((error: unknown) => error), 'to serve before that').to.be.instanceOf(StoreUnavailable)
    expect(await storage.maintenance.prepare()).to.include('create table attempts')
    await storage.maintenance.ready()
    const at = new Date(1000)
    const epochs = { sessionEpoch: 1, grantEpoch: 2, withdrawalEpoch: 3 }
    expect(await storage.users.find('ada' as UserId)).to.deep.equal({
      id: 'ada',
      username: 'Ada',
      passwordHash: 'hash',
      ...epochs,
      createdAt: at,
      events: [],
    })
    expect(await storage.sessions.find('session' as SessionId)).to.not.have.property('pending')
    expect(await storage.clients.find('web' as ClientId)).to.not.have.property('previousSecret')
    const allowed = ['read', 'write'].map((scope) => ({ registration: 'r', scope, resources: [], audience: [] }))
    expect((await storage.consents.list({})).map(({ permissions }) => permissions)).to.deep.equal([allowed, []])
    for (const [aggregate, record] of KEPT) expect((await storage.transfer.read(aggregate, 2)).records).to.deep.equal([record])
    await storage.maintenance.close()
  })

  it('says what is pending, counts what is there, and is changed by neither that nor a dry run', async () => {
    const { maintenance } = await openSqliteStorage(folder.file)
    const planned = await maintenance.prepare({ dryRun: true })
    expect(planned).to.have.length(10).and.include('backfill consents.permissions: 2 rows')
    const pending = planned.map((words) => words.replace(/: \d+ rows$/, ''))
    const rows = { users: 1, sessions: 1, clients: 1, grants: 1, consents: 2, flows: 1, keys: 1, scopes: 1, resources: 1 }
    for (let times = 0; times < 2; times++) {
      const { schema, rows: counted } = await maintenance.status()
      expect(schema).to.deep.equal({ version: 1, wanted: 3, pending })
      expect(counted).to.deep.equal({ ...rows, deniedTokens: 0, attempts: 0 })
    }
    await maintenance.close()
  })

  it('takes what a server of the version before goes on writing after it is prepared', async () => {
    const { maintenance, users, sessions, clients } = await openSqliteStorage(folder.file)
    await maintenance.prepare()
    const before = [await users.list(), await sessions.find('session' as SessionId), await clients.list()]
    const db = openDatabase(folder.file)
    for (const table of ['users', 'sessions', 'clients']) db.exec(`DELETE FROM ${table}`)
    for (const sql of [USER, SESSION, CLIENT]) db.exec(sql)
    db.close()
    expect([await users.list(), await sessions.find('session' as SessionId), await clients.list()]).to.deep.equal(before)
    await maintenance.close()
  })

  it('takes what the new schema is for once it is prepared', async () => {
    const storage = await openSqliteStorage(folder.file)
    await storage.maintenance.prepare()
    const token = aDeniedToken()
    await storage.deniedTokens.deny(token)
    expect(await storage.deniedTokens.isDenied(token.jti)).to.equal(true)
    expect(await storage.attempts.reserve('key', NOW, after(1))).to.include({ count: 1 })
    const secondFactor = { sealedSecret: 'sealed', enrolledAt: NOW, lastStep: 1, recoveryCodes: ['a'] }
    expect(await storage.users.change('ada' as UserId, { secondFactor })).to.deep.include({ secondFactor })
    await storage.maintenance.close()
  })
})
