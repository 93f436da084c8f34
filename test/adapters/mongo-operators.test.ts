import { expect } from 'chai'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import type { ClientId, GrantId } from '../../domain/ids.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import { aClient, aFlow, after as later, aKey, anActiveGrant, anAttempt, aSession, aUser, NOW, anApproval } from '../support/builders.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'

onEachMongo('a MongoDB store given something of its own language', (server) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let storage: Storage
  beforeEach(async () => {
    database = await freshDatabase(server)
    storage = await openMongoStorage(database.uri)
    await storage.maintenance.prepare()
  })
  afterEach(async () => {
    await storage.maintenance.close()
    await database.drop()
  })

  it('takes no object for text', async () => {
    const { clients, users, grants, consents, sessions, flows, keys, scopes, resources, deniedTokens, attempts, transfer } = storage
    const [user, session, grant, flow] = [aUser(), aSession(), anActiveGrant(), aFlow({ spentAt: undefined, spentBy: undefined })]
    const key = aKey({ retiredAt: undefined })
    await users.add(user)
    await sessions.begin(session)
    await grants.save(grant)
    await flows.begin(flow)
    await keys.add(key)
    const any = { $ne: '' } as never
    const event = { event: 'sign-in', at: NOW, address: '$address' } as const
    const rotation = { attempt: anAttempt(), at: NOW, idleExpiresAt: NOW }
    const calls: (() => Promise<unknown>)[] = [
      () => clients.find(any),
      () => clients.remove(any),
      () => clients.replace({ ...aClient(), id: any }),
      () => transfer.put('users', [{ ...user, id: any }]),
      () => users.find(any),
      () => users.findByUsername(any),
      () => users.change(any, { name: 'Eve' }),
      () => users.rehash(user.id, any, 'new'),
      () => users.change(user.id, { name: 'Eve' }, { passwordHash: any }),
      () => users.change(user.id, { name: 'Eve' }, { sealedSecret: any }),
      () => users.acceptStep(any, Number.MAX_SAFE_INTEGER),
      () => users.acceptStep(user.id, any),
      () => users.spendRecoveryCode(any, user.secondFactor!.recoveryCodes[0]!),
      () => users.spendRecoveryCode(user.id, any),
      () => users.renewRecoveryCodes(user.id, any, []),
      () => users.resealSecondFactor(user.id, any, 'anew'),
      () => users.note(any, event),
      () => users.remove(any),
      () => grants.find(any),
      () => grants.redeem(any, { attempt: anAttempt(), at: NOW, expiresAt: NOW }),
      () => grants.redeem(grant.id, { attempt: any, at: NOW, expiresAt: NOW }),
      () => grants.rotate(grant.id, any, rotation),
      () => grants.rotate(grant.id, 7, { ...rotation, attempt: any }),
      () => grants.end(any, 'revoked', NOW),
      () => grants.endAll({ userId: any }, 'revoked', NOW),
      () => grants.list({ clientId: any }, NOW),
      () => consents.find(any, any),
      () => consents.forget({ userId: any }),
      () => sessions.find(any),
      () => sessions.touch(any, NOW, NOW),
      () => sessions.end(any),
      () => sessions.endAll({ userId: any }),
      () => sessions.list({ userId: session.userId, except: any }),
      () => flows.find(any),
      () => flows.spend(any, anAttempt(), NOW),
      () => flows.spend(flow.id, any, NOW),
      () => keys.retire(any, NOW),
      () => keys.reseal(any, key.sealedPrivateKey, 'anew'),
      () => keys.reseal(key.kid, any, 'anew'),
      () => deniedTokens.isDenied(any),
      () => attempts.reserve(any, NOW, NOW),
      () => attempts.giveBack(any, NOW),
      () => scopes.remove(any),
      () => resources.remove(any),
    ]
    for (const call of calls) expect(await failure(call), call.toString()).to.be.instanceOf(TypeError)
    expect([await users.find(user.id), await grants.find(grant.id)]).to.deep.equal([user, grant])
    expect([await sessions.find(session.id), await flows.find(flow.id)]).to.deep.equal([session, flow])
    expect(await keys.list()).to.deep.equal([key])
  })

  it('takes text that looks like an operator or a path as it is', async () => {
    const { clients, consents, flows, grants, users, deniedTokens, attempts } = storage
    const [userId, clientId] = [aUser().id, '$clientRegistration' as ClientId]
    const approval = anApproval({ userId, clientId, clientRegistration: '$$ROOT', scopes: ['$scopes', '$a.b'], resources: ['$$REMOVE'] })
    for (let again = 0; again < 2; again++) await consents.remember(approval)
    const permissions = ['$scopes', '$a.b'].map((scope) => ({
      registration: '$$ROOT',
      scope,
      resources: ['$$REMOVE'],
      audience: ['$$REMOVE'],
    }))
    const expected = { clientId, scopes: ['$scopes', '$a.b'], resources: ['$$REMOVE'], permissions }
    expect(await consents.find(userId, clientId)).to.deep.include(expected)
    const flow = aFlow({ parameters: { $where: '1', 'a.b': ['$c'], ['__proto__']: 'x' } })
    await flows.begin(flow)
    expect((await flows.find(flow.id))?.parameters).to.deep.equal(flow.parameters)
    const client = aClient({ id: '$ne' as ClientId, name: '$name' })
    await clients.add(client)
    expect(await clients.list()).to.deep.equal([client])
    const grant = anActiveGrant()
    await grants.save(grant)
    const rotated = await grants.rotate(grant.id, 7, { attempt: '$_id' as never, at: NOW, idleExpiresAt: NOW })
    expect(rotated?.refresh?.rotatedBy).to.equal('$_id')
    expect(await grants.find('$_id' as GrantId)).to.equal(undefined)
    const secondFactor = { sealedSecret: '$$ROOT', enrolledAt: NOW, lastStep: 1, recoveryCodes: ['$a', '$$REMOVE'] }
    const user = aUser({ secondFactor, events: [] })
    await users.add(user)
    await users.note(user.id, { event: 'sign-in', at: NOW, address: '$name' })
    expect(await users.spendRecoveryCode(user.id, '$a')).to.equal(true)
    expect(await users.resealSecondFactor(user.id, '$$ROOT', '$username')).to.equal(true)
    const found = await users.find(user.id)
    expect(found?.secondFactor).to.deep.equal({ ...secondFactor, sealedSecret: '$username', recoveryCodes: ['$$REMOVE'] })
    expect(found?.events).to.deep.equal([{ event: 'sign-in', at: NOW, address: '$name' }])
    await deniedTokens.deny({ jti: '$ne', expiresAt: later(1) })
    expect([await deniedTokens.isDenied('$ne'), await deniedTokens.isDenied('$jti')]).to.deep.equal([true, false])
    expect(await attempts.reserve('$key', NOW, later(1))).to.deep.equal({ key: '$key', count: 1, until: later(1) })
  })
})
