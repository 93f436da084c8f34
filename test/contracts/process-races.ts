import type { Storage } from '../../ports/storage.js'
import {
  aClient,
  aFlow,
  aKey,
  anActiveGrant,
  anApprovedGrant,
  anAttempt,
  aResource,
  aScope,
  aSession,
  aUser,
  NOW,
} from '../support/builders.js'
import { aRedemption } from './grant-redemption.js'
import { aRotation } from './grant-rotation.js'
import type { Call } from './process-worker.js'

type Arguments<Method> = Method extends (...given: infer Given) => unknown ? Given : never

/** Typed by the port, so that a call that no port has does not compile. */
export const call = <Port extends keyof Storage, Method extends keyof Storage[Port] & string>(
  port: Port,
  method: Method,
  ...args: Arguments<Storage[Port][Method]>
): Call => ({ port, method, args })

/** What one of any number of attempts may do: puts into the store what must be there, and answers how the next attempt goes. */
export type Race = (storage: Storage) => Promise<() => Call>

export const RACES: Readonly<Record<string, Race>> = {
  'adds a client': async () => {
    const client = aClient()
    return () => call('clients', 'add', client)
  },
  'adds a person of one name': async () => () => call('users', 'add', aUser({ username: 'ada' })),
  'adds a scope': async () => () => call('scopes', 'add', aScope({ name: 'read' })),
  'adds a resource': async () => () => call('resources', 'add', aResource({ uri: 'urn:one' })),
  'adds a key of one ordinal': async () => () => call('keys', 'add', aKey({ ordinal: 1 })),
  'replaces one revision of a client': async ({ clients }) => {
    const client = aClient()
    await clients.add(client)
    return () => call('clients', 'replace', { ...client, revision: client.revision + 1 })
  },
  'removes a person': async ({ users }) => {
    const user = aUser()
    await users.add(user)
    return () => call('users', 'remove', user.id)
  },
  'spends a flow': async ({ flows }) => {
    const flow = aFlow({ spentAt: undefined, spentBy: undefined })
    await flows.begin(flow)
    return () => call('flows', 'spend', flow.id, anAttempt(), NOW)
  },
  'redeems a code': async ({ grants }) => {
    const grant = anApprovedGrant()
    await grants.save(grant)
    return () => call('grants', 'redeem', grant.id, aRedemption())
  },
  'rotates a refresh token': async ({ grants }) => {
    const grant = anActiveGrant()
    await grants.save(grant)
    return () => call('grants', 'rotate', grant.id, 7, aRotation())
  },
  'spends a recovery code': async ({ users }) => {
    const user = aUser()
    await users.add(user)
    return () => call('users', 'spendRecoveryCode', user.id, user.secondFactor!.recoveryCodes[0]!)
  },
  'gets a one-time code accepted': async ({ users }) => {
    const user = aUser()
    await users.add(user)
    return () => call('users', 'acceptStep', user.id, user.secondFactor!.lastStep + 1)
  },
  'retires a key': async ({ keys }) => {
    const key = aKey({ retiredAt: undefined })
    await keys.add(key)
    return () => call('keys', 'retire', key.kid, NOW)
  },
  'ends a grant': async ({ grants }) => {
    const grant = anActiveGrant()
    await grants.save(grant)
    return () => call('grants', 'end', grant.id, 'revoked', NOW)
  },
  'ends a session': async ({ sessions }) => {
    const session = aSession()
    await sessions.begin(session)
    return () => call('sessions', 'end', session.id)
  },
}
