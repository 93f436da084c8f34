import {
  aClient,
  aDeniedToken,
  aFlow,
  after,
  aKey,
  anActiveGrant,
  anApprovedGrant,
  anAttempt,
  aResource,
  aScope,
  aSession,
  aUserId,
  DAY,
  NOW,
  someAttempts,
  anApproval,
} from './builders.js'
import { CHANGES_OF_PEOPLE, type Change } from './changes-of-people.js'

/** Every change that a store knows, with the answer that it must have. */
export const CHANGES: Readonly<Record<string, readonly [Change, unknown]>> = {
  ...CHANGES_OF_PEOPLE,
  'adding a client': [
    async ({ clients }) =>
      () =>
        clients.add(aClient()),
    true,
  ],
  'adding a key': [
    async ({ keys }) =>
      () =>
        keys.add(aKey()),
    true,
  ],
  'retiring a key': [
    async ({ keys }) => {
      const key = aKey({ retiredAt: undefined })
      await keys.add(key)
      return () => keys.retire(key.kid, NOW)
    },
    true,
  ],
  'sealing a key anew': [
    async ({ keys }) => {
      const key = aKey()
      await keys.add(key)
      return () => keys.reseal(key.kid, key.sealedPrivateKey, 'anew')
    },
    true,
  ],
  'adding a scope': [
    async ({ scopes }) =>
      () =>
        scopes.add(aScope()),
    true,
  ],
  'adding a resource': [
    async ({ resources }) =>
      () =>
        resources.add(aResource()),
    true,
  ],
  'replacing a client': [
    async ({ clients }) => {
      const client = aClient()
      await clients.add(client)
      return () => clients.replace({ ...client, revision: client.revision + 1, name: 'Changed' })
    },
    true,
  ],
  'removing a client': [
    async ({ clients }) => {
      const client = aClient()
      await clients.add(client)
      return () => clients.remove(client.id)
    },
    true,
  ],
  'redeeming a code': [
    async ({ grants }) => {
      const { id } = anApprovedGrant()
      await grants.save(anApprovedGrant({ id }))
      const refresh = { idleExpiresAt: after(DAY), expiresAt: after(DAY) }
      return async () => (await grants.redeem(id, { attempt: anAttempt(), at: NOW, refresh, expiresAt: after(DAY) }))?.refresh?.generation
    },
    1,
  ],
  'rotating a refresh token': [
    async ({ grants }) => {
      const grant = anActiveGrant()
      await grants.save(grant)
      return async () =>
        (await grants.rotate(grant.id, 7, { attempt: anAttempt(), at: NOW, idleExpiresAt: after(DAY) }))?.refresh?.generation
    },
    8,
  ],
  'ending a grant': [
    async ({ grants }) => {
      const { id } = anActiveGrant()
      await grants.save(anActiveGrant({ id }))
      return () => grants.end(id, 'revoked', NOW)
    },
    true,
  ],
  'ending all grants of a person': [
    async ({ grants }) => {
      const userId = aUserId()
      for (let count = 0; count < 3; count++) await grants.save(anActiveGrant({ userId }))
      return () => grants.endAll({ userId }, 'revoked', NOW)
    },
    3,
  ],
  'ending a session': [
    async ({ sessions }) => {
      const session = aSession()
      await sessions.begin(session)
      return () => sessions.end(session.id)
    },
    true,
  ],
  'ending all sessions of a person': [
    async ({ sessions }) => {
      const userId = aUserId()
      for (let count = 0; count < 3; count++) await sessions.begin(aSession({ userId }))
      return () => sessions.endAll({ userId })
    },
    3,
  ],
  'touching a session': [
    async ({ sessions }) => {
      const session = aSession()
      await sessions.begin(session)
      return () => sessions.touch(session.id, NOW, after(DAY))
    },
    true,
  ],
  'forgetting consents': [
    async ({ consents }) => {
      const userId = aUserId()
      for (const { id } of [aClient(), aClient()])
        await consents.remember(anApproval({ userId, clientId: id, clientRegistration: 'r', scopes: ['a'], resources: [] }))
      return () => consents.forget({ userId })
    },
    2,
  ],
  'remembering a consent': [
    async ({ consents }) => {
      const userId = aUserId()
      const { id } = aClient()
      return async () => {
        await consents.remember(anApproval({ userId, clientId: id, clientRegistration: 'r', scopes: ['a', 'b'], resources: [] }))
        return (await consents.find(userId, id))?.scopes.join(' ')
      }
    },
    'a b',
  ],
  'spending a flow': [
    async ({ flows }) => {
      const { id } = aFlow()
      await flows.begin(aFlow({ id, spentAt: undefined, spentBy: undefined }))
      return () => flows.spend(id, anAttempt(), NOW)
    },
    true,
  ],
  'denying a token': [
    async ({ deniedTokens }) => {
      const token = aDeniedToken()
      return async () => {
        await deniedTokens.deny(token)
        return deniedTokens.isDenied(token.jti)
      }
    },
    true,
  ],
  'giving an attempt back': [
    async ({ attempts }) => {
      const { key, until } = someAttempts()
      for (let count = 0; count < 3; count++) await attempts.reserve(key, NOW, until)
      return async () => {
        await attempts.giveBack(key, until)
        return (await attempts.reserve(key, after(1), until)).count
      }
    },
    3,
  ],
}
