import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { InvalidInput } from '../../domain/errors.js'
import type { Aggregate } from '../../domain/records.js'
import { StoreMover } from '../../domain/store-mover.js'
import type { Storage } from '../../ports/storage.js'
import { failure } from '../contracts/opened.js'
import {
  aClient,
  aConsent,
  aFlow,
  aKey,
  anActiveGrant,
  anApprovedGrant,
  anAttempt,
  aSession,
  aUser,
  after,
  DAY,
  HOUR,
  NOW,
} from '../support/builders.js'

const secrets = { digest: (value: string) => createHash('sha256').update(value).digest('base64url') }
const move = (from: Storage, to: Storage) => new StoreMover({ from, to, secrets, clock: { now: () => NOW } }).move(() => undefined)

const [user, client, consent, session] = [aUser(), aClient(), aConsent(), aSession()]
const [approved, active] = [anApprovedGrant(), anActiveGrant()]
const flow = aFlow({ spentAt: undefined, spentBy: undefined })
const key = aKey({ retiredAt: undefined })

async function aStore(): Promise<Storage> {
  const storage = openMemoryStorage()
  const { transfer } = storage
  await transfer.put('users', [user])
  await transfer.put('clients', [client])
  await transfer.put('consents', [consent])
  await transfer.put('sessions', [session])
  await transfer.put('flows', [flow])
  await transfer.put('keys', [key])
  await transfer.put('grants', [approved, active])
  return storage
}

/** What happens to a store that is used. */
const USES: Readonly<Record<string, readonly [Aggregate, (storage: Storage) => Promise<unknown>]>> = {
  'a person was disabled': ['users', ({ users }) => users.change(user.id, { disabledAt: NOW, endSessions: true })],
  'a password was set': ['users', ({ users }) => users.change(user.id, { passwordHash: 'new', endGrants: true })],
  'an app was withdrawn': ['users', ({ users }) => users.change(user.id, { endCodes: true })],
  'a client secret was rotated': [
    'clients',
    ({ clients }) => clients.replace({ ...client, revision: client.revision + 1, secretHashes: ['new'] }),
  ],
  'a client was registered afresh': [
    'clients',
    async ({ clients }) => {
      await clients.remove(client.id)
      await clients.add({ ...client, registration: 'new', createdAt: NOW })
    },
  ],
  'a grant was revoked': ['grants', ({ grants }) => grants.end(active.id, 'revoked', NOW)],
  'a refresh token was rotated': [
    'grants',
    ({ grants }) => grants.rotate(active.id, active.refresh?.generation ?? 0, { attempt: anAttempt(), at: NOW, idleExpiresAt: after(DAY) }),
  ],
  'a code was redeemed': ['grants', ({ grants }) => grants.redeem(approved.id, { attempt: anAttempt(), at: NOW, expiresAt: after(DAY) })],
  'a key was withdrawn': ['keys', ({ transfer }) => transfer.put('keys', [{ ...key, retiredAt: NOW }])],
  'an approval was widened': ['consents', ({ consents }) => consents.remember({ ...consent, scopes: ['more'], at: after(DAY) })],
  'a session was used': ['sessions', ({ sessions }) => sessions.touch(session.id, after(HOUR), after(DAY))],
  'a flow was spent': ['flows', ({ flows }) => flows.spend(flow.id, anAttempt(), NOW)],
}

describe('StoreMover on a destination that has been in use since it was copied', () => {
  for (const [what, [aggregate, use]] of Object.entries(USES)) {
    it(`takes nothing back where ${what}`, async () => {
      const [from, to] = [await aStore(), openMemoryStorage()]
      await move(from, to)
      await use(to)
      const { records: used } = await to.transfer.read(aggregate, 10)
      const refused = await failure(() => move(from, to))
      expect(refused).to.be.instanceOf(InvalidInput)
      expect(String(refused)).to.include(`an older state of 1 ${aggregate}: the destination has been in use since it was copied`)
      expect((await to.transfer.read(aggregate, 10)).records).to.deep.equal(used)
    })

    it(`follows a source where ${what}`, async () => {
      const [from, to] = [await aStore(), openMemoryStorage()]
      await move(from, to)
      await use(from)
      expect((await move(from, to)).copied[aggregate]).to.equal(1)
      expect((await to.transfer.read(aggregate, 10)).records).to.have.deep.members([...(await from.transfer.read(aggregate, 10)).records])
    })
  }
})
