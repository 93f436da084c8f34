import { expect } from 'chai'
import { MongoClient, type CommandStartedEvent, type Document } from 'mongodb'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import type { Storage } from '../../ports/storage.js'
import {
  aClient,
  aDeniedToken,
  aFlow,
  aGrant,
  aKey,
  anApprovedGrant,
  anAttempt,
  aResource,
  aScope,
  aSession,
  aUser,
  DAY,
  after as later,
  NOW,
  someAttempts,
} from '../support/builders.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'

/** What is only once: each is asked for twice, so that the second finds nothing. */
async function callFactorsAndAttempts({ users, keys, deniedTokens, attempts }: Storage) {
  const [user, key, token, { key: counted }] = [aUser(), aKey({ retiredAt: undefined }), aDeniedToken(), someAttempts()]
  const { sealedSecret, lastStep, recoveryCodes } = user.secondFactor!
  await users.add(user)
  await keys.add(key)
  for (let again = 0; again < 2; again++) {
    await users.change(user.id, { name: 'Augusta', secondFactor: null }, { passwordHash: '', sealedSecret: null })
    await users.change(user.id, { name: 'Augusta' }, { passwordHash: user.passwordHash, sealedSecret })
    await users.acceptStep(user.id, lastStep + 1)
    await users.spendRecoveryCode(user.id, recoveryCodes[0]!)
    await users.renewRecoveryCodes(user.id, sealedSecret, ['new'])
    await users.resealSecondFactor(user.id, sealedSecret, sealedSecret)
    await users.note(user.id, { event: 'sign-in', at: NOW, address: '192.0.2.1' })
    await keys.retire(key.kid, NOW)
    await keys.reseal(key.kid, key.sealedPrivateKey, 'anew')
    await deniedTokens.deny(token)
    await deniedTokens.isDenied(token.jti)
    await attempts.reserve(counted, NOW, later(1))
    await attempts.reserve(counted, later(2), later(3))
    await attempts.giveBack(counted, later(3))
  }
}

/** Every method of every repository, each at least once, also where it finds nothing. */
async function callEverything({ clients, users, grants, consents, sessions, flows, keys, scopes, resources, ...rest }: Storage) {
  const [client, user, session, grant] = [aClient(), aUser(), aSession(), anApprovedGrant()]
  const flow = aFlow({ spentAt: undefined, spentBy: undefined })
  const [userId, clientId] = [user.id, client.id]
  for (let more = 0; more < 20; more++) {
    await grants.save(aGrant())
    await users.add(aUser())
    await sessions.begin(aSession())
  }
  for (const again of [client, client]) await clients.add(again)
  await clients.find(clientId)
  await clients.replace({ ...client, revision: client.revision + 1 })
  await clients.replace(client)
  for (const again of [user, user]) await users.add(again)
  await users.find(userId)
  await users.findByUsername(user.username)
  await users.change(userId, { name: 'Augusta', endSessions: true })
  await users.rehash(userId, user.passwordHash, 'new')
  await grants.save(grant)
  await grants.find(grant.id)
  const refresh = { idleExpiresAt: later(DAY), expiresAt: later(DAY) }
  for (let again = 0; again < 2; again++) {
    await grants.redeem(grant.id, { attempt: anAttempt(), at: NOW, refresh, expiresAt: later(DAY) })
    await grants.rotate(grant.id, 1, { attempt: anAttempt(), at: NOW, idleExpiresAt: later(DAY) })
  }
  for (const filter of [{ userId }, { clientId }, { userId, clientId }]) {
    await grants.list(filter, NOW)
    await consents.remember({ userId, clientId, clientRegistration: 'r', scopes: ['a'], resources: [], at: NOW })
    await consents.list(filter)
    await consents.forget(filter)
    await grants.endAll(filter, 'revoked', NOW)
  }
  await grants.list({}, NOW)
  await consents.list({})
  await consents.find(userId, clientId)
  for (let again = 0; again < 2; again++) await grants.end(grant.id, 'revoked', NOW)
  await sessions.begin(session)
  await sessions.find(session.id)
  await sessions.touch(session.id, NOW, later(1))
  await sessions.list({ userId: session.userId, except: session.id })
  for (let again = 0; again < 2; again++) await sessions.end(session.id)
  await sessions.endAll({ userId: session.userId })
  await flows.begin(flow)
  await flows.find(flow.id)
  for (let again = 0; again < 2; again++) await flows.spend(flow.id, anAttempt(), NOW)
  const [key, scope, resource] = [aKey(), aScope(), aResource()]
  for (let again = 0; again < 2; again++) {
    await keys.add(key)
    await scopes.add(scope)
    await resources.add(resource)
  }
  await scopes.replace(scope)
  for (const { list } of [clients, users, keys, scopes, resources].map((repository) => ({ list: () => repository.list() }))) await list()
  const { next } = await rest.transfer.read('users', 5)
  await rest.transfer.read('users', 5, next)
  await rest.transfer.get('grants', [grant.id])
  await rest.transfer.put('grants', [grant])
  await rest.maintenance.prune(later(3 * DAY))
  await rest.maintenance.isEmpty()
  for (let again = 0; again < 2; again++) {
    await clients.remove(clientId)
    await users.remove(userId)
    await scopes.remove(scope.name)
    await resources.remove(resource.uri)
  }
}

/** What a command looks for. Stand-ins explain a find alone, so changes are explained as one with the same filter. */
function findsOf({ commandName, command }: CommandStartedEvent): readonly Document[] {
  const collection: unknown = command[commandName]
  const find = (filter: unknown, more: object = {}) => ({ find: collection, filter, ...more })
  const { sort, hint } = command as { sort?: unknown; hint?: unknown }
  switch (commandName) {
    case 'find':
      return [find(command['filter'], { ...(sort !== undefined && { sort }), ...(hint !== undefined && { hint }) })]
    case 'findAndModify':
      return [find(command['query'])]
    case 'update':
      return (command['updates'] as Document[]).map(({ q }) => find(q))
    case 'delete':
      return (command['deletes'] as Document[]).map(({ q }) => find(q))
    case 'aggregate':
      return [find((command['pipeline'] as Document[])[0]?.['$match'])]
    default:
      return []
  }
}

/** By the names of its stages: 8 says EXPRESS_IXSCAN for an _id, before it was IDHACK. */
const USES_AN_INDEX = /IXSCAN|IDHACK/

/** Without the values, so that what is sent many times is explained once. */
const shapeOf = (find: Document): string =>
  JSON.stringify(find, (name, value: unknown) => (typeof value === 'object' || name === 'find' || value === 1 ? value : typeof value))

const UNSEARCHING = ['insert', 'hello', 'ping', 'listCollections', 'listIndexes', 'endSessions', 'count']

onEachMongo('what the MongoDB adapter sends', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let client: MongoClient
  let storage: Storage
  const sent: CommandStartedEvent[] = []
  let isListening = false
  before(async () => {
    database = await freshDatabase(server)
    client = new MongoClient(database.uri)
    storage = await openMongoStorage(database.uri, { onCommand: (event) => isListening && sent.push(event) })
    await storage.maintenance.prepare()
    isListening = true
    await callEverything(storage)
    await callFactorsAndAttempts(storage)
  })
  after(async () => {
    await storage.maintenance.close()
    await client.close()
    await database.drop()
  })

  const plan = async (find: Document) =>
    JSON.stringify((await client.db().command({ explain: find, verbosity: 'queryPlanner' }))['queryPlanner'])

  /** A stand-in plans for filters with a single condition: there it is enough that an index serves one of the conditions. */
  const plansOf = async (find: Document): Promise<string[]> => {
    const plansWhole = USES_AN_INDEX.test(await plan({ find: 'users', filter: { _id: 'a', name: 'Ada' } }))
    const filter = find['filter'] as object
    const each = Object.entries(filter).map(([field, value]) => ({ [field]: value as unknown }))
    const conditions = plansWhole || each.length === 0 ? [filter] : each
    return Promise.all(conditions.map((condition) => plan({ ...find, filter: condition })))
  }
  const usesAnIndex = async (find: Document) =>
    (await plansOf(find)).some((found) => USES_AN_INDEX.test(found) && !found.includes('COLLSCAN'))

  it('is explained here, every kind of command', () => {
    const searching = sent.filter((event) => findsOf(event).length > 0)
    expect(searching.length).to.be.greaterThan(80)
    const others = sent.filter((event) => findsOf(event).length === 0).map(({ commandName }) => commandName)
    expect(UNSEARCHING).to.include.members(others)
  })

  it('reads no collection whole', async () => {
    const distinct = new Map(sent.flatMap(findsOf).map((find) => [shapeOf(find), find]))
    for (const [shape, find] of distinct) expect(await usesAnIndex(find), shape).to.equal(true)
  })

  it('would be found out: a filter without an index reads the collection whole', async () => {
    expect(await plan({ find: 'users', filter: { email: 'ada@example.org' } })).to.include('COLLSCAN')
    for (const filter of [{ email: 'ada@example.org' }, { email: 'ada@example.org', name: null }, {}])
      expect(await usesAnIndex({ find: 'users', filter }), JSON.stringify(filter)).to.equal(false)
  })
})
