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
  anApproval,
} from './builders.js'

/** Every method of every repository. */
export async function callEverything(storage: Storage): Promise<void> {
  await callRecords(storage)
  await callFactorsAndAttempts(storage)
}

/** What ends or removes by a filter; `before` comes before each. */
export async function callEndings({ grants, sessions, consents }: Storage, before: () => void): Promise<void> {
  const { userId, clientId } = aGrant()
  for (const filter of [{ userId }, { clientId }, { userId, clientId }]) {
    before()
    await grants.endAll(filter, 'revoked', NOW)
    before()
    await consents.forget(filter)
  }
  for (const except of [undefined, aSession().id]) {
    before()
    await sessions.endAll({ userId, ...(except !== undefined && { except }) })
  }
}

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

/** The methods of the other repositories, each at least once, also where it finds nothing. */
async function callRecords({ clients, users, grants, consents, sessions, flows, keys, scopes, resources, ...rest }: Storage) {
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
  await grants.find(grant.id, { confirmed: true })
  const refresh = { idleExpiresAt: later(DAY), expiresAt: later(DAY) }
  for (let again = 0; again < 2; again++) {
    await grants.redeem(grant.id, { attempt: anAttempt(), at: NOW, refresh, expiresAt: later(DAY) })
    await grants.rotate(grant.id, 1, { attempt: anAttempt(), at: NOW, idleExpiresAt: later(DAY) })
  }
  for (const filter of [{ userId }, { clientId }, { userId, clientId }]) {
    await grants.list(filter, NOW)
    await consents.remember(anApproval({ userId, clientId, clientRegistration: 'r', scopes: ['a'], resources: [] }))
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
