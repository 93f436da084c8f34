import type { User } from '../../domain/user.js'
import type { Storage } from '../../ports/storage.js'
import type { UserRepository } from '../../ports/user-repository.js'
import { aUser, NOW } from './builders.js'

/** Arranges what is there before; then the change can be made. */
export type Change = (storage: Storage) => Promise<() => Promise<unknown>>

/** A change of a person who is there. */
const ofPerson =
  (change: (users: UserRepository, user: User) => Promise<unknown>, person: () => User = aUser): Change =>
  async ({ users }) => {
    const user = person()
    await users.add(user)
    return () => change(users, user)
  }
const FACTOR = aUser().secondFactor!

/** Every change of a person, with the answer that it must have. */
export const CHANGES_OF_PEOPLE: Readonly<Record<string, readonly [Change, unknown]>> = {
  'adding a person': [
    async ({ users }) =>
      () =>
        users.add(aUser()),
    true,
  ],
  'changing a person': [
    ofPerson(
      async (users, { id }) => (await users.change(id, { endSessions: true, name: 'Augusta' }))?.sessionEpoch,
      () => aUser({ sessionEpoch: 3 }),
    ),
    4,
  ],
  'enrolling a second factor': [
    ofPerson(
      async (users, { id }) => (await users.change(id, { secondFactor: FACTOR, endSessions: true }, { sealedSecret: null }))?.sessionEpoch,
      () => aUser({ sessionEpoch: 3, secondFactor: undefined }),
    ),
    4,
  ],
  'changing a password that is still the one that was proved': [
    ofPerson(async (users, { id, passwordHash }) => (await users.change(id, { passwordHash: 'new' }, { passwordHash }))?.passwordHash),
    'new',
  ],
  'accepting a one-time code': [ofPerson((users, { id }) => users.acceptStep(id, FACTOR.lastStep + 1)), true],
  'spending a recovery code': [
    ofPerson((users, { id, secondFactor }) => users.spendRecoveryCode(id, secondFactor!.recoveryCodes[0]!)),
    true,
  ],
  'renewing recovery codes': [
    ofPerson((users, { id, secondFactor }) => users.renewRecoveryCodes(id, secondFactor!.sealedSecret, ['new'])),
    true,
  ],
  'sealing a second factor anew': [
    ofPerson((users, { id, secondFactor }) => users.resealSecondFactor(id, secondFactor!.sealedSecret, 'anew')),
    true,
  ],
  'noting an event': [
    ofPerson(
      async (users, { id }) => {
        await users.note(id, { event: 'sign-in', at: NOW, address: '192.0.2.1' })
        return (await users.find(id))?.events.length
      },
      () => aUser({ events: [] }),
    ),
    1,
  ],
  'removing a person': [ofPerson((users, { id }) => users.remove(id)), true],
}
