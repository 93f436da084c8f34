import { expect } from 'chai'
import { InvalidInput, OAuthError } from '../../domain/errors.js'
import { SOURCE, type House } from './house.js'
import { failure } from './opened.js'
import { expectGood, expectWorthless, NEW_PASSWORD, newClient, PASSWORD, setScene, type Scene } from './scene.js'
import type { UseCase } from './use-case.js'

const signsIn = async ({ authenticator }: House, username: string, password: string) =>
  (await authenticator.signIn({ username, password }, SOURCE)) !== undefined

const isSignedIn = async ({ authenticator }: House, { session }: Scene) => (await authenticator.resume(session)) !== undefined

const leavesTheOtherClientAlone = async (house: House, { othersRefreshToken, other }: Scene) =>
  expect(await house.refresh(othersRefreshToken, other), "the other client's").to.have.property('refreshToken')

/** What takes something away: interrupted, it leaves nothing usable that the first write was about. */
export const ENDINGS: Readonly<Record<string, UseCase<Scene>>> = {
  'a person withdraws an approval': {
    writes: 3,
    arrange: setScene,
    run: ({ authorizer }, { who, client }) => authorizer.withdraw(who.user.id, client.id, SOURCE),
    survives: async (house, scene, happened) => {
      if (happened === 0) return expectGood(house, scene)
      expect(await house.redeem(scene.code, scene.client), 'the code, from the first write on').to.equal(undefined)
      if (happened > 1) expect(await house.isApproved(scene.client, scene.who)).to.equal(false)
    },
    completes: async (house, scene) => {
      await expectWorthless(house, scene)
      expect(await house.isApproved(scene.client, scene.who)).to.equal(false)
      await leavesTheOtherClientAlone(house, scene)
      expect(await isSignedIn(house, scene)).to.equal(true)
    },
  },
  "an operator revokes a person's grants": {
    writes: 3,
    arrange: setScene,
    run: ({ administrator }, { username }) => administrator.revokeGrants({ user: username }, SOURCE),
    survives: async (house, scene, happened) => {
      if (happened === 0) return expectGood(house, scene)
      expect(await house.redeem(scene.code, scene.client), 'the code, from the first write on').to.equal(undefined)
    },
    completes: async (house, scene) => {
      await expectWorthless(house, scene)
      expect(await house.administrator.listGrants({ user: scene.username })).to.deep.equal([])
      expect(await house.isApproved(scene.other, scene.who)).to.equal(false)
    },
  },
  'an operator sets a password': {
    writes: 3,
    arrange: setScene,
    run: ({ administrator }, { username }) => administrator.setPassword(username, NEW_PASSWORD, SOURCE),
    survives: async (house, scene, happened) => {
      expect(await isSignedIn(house, scene)).to.equal(happened === 0)
      expect(await signsIn(house, scene.username, PASSWORD)).to.equal(happened === 0)
      expect(await signsIn(house, scene.username, NEW_PASSWORD)).to.equal(happened > 0)
      await (happened === 0 ? expectGood : expectWorthless)(house, scene)
    },
    completes: async (house, scene) => {
      await expectWorthless(house, scene)
      expect(await house.administrator.listGrants({ user: scene.username })).to.deep.equal([])
      expect(await house.storage.sessions.list({ userId: scene.who.user.id })).to.deep.equal([])
      expect(await signsIn(house, scene.username, NEW_PASSWORD)).to.equal(true)
    },
  },
  'an operator disables a person': {
    writes: 2,
    arrange: setScene,
    run: ({ administrator }, { username }) => administrator.disableUser(username, SOURCE),
    survives: async (house, scene, happened) => {
      expect(await isSignedIn(house, scene)).to.equal(happened === 0)
      await (happened === 0 ? expectGood : expectWorthless)(house, scene)
    },
    completes: async (house, scene) => {
      await expectWorthless(house, scene)
      expect(await signsIn(house, scene.username, PASSWORD)).to.equal(false)
      await house.administrator.enableUser(scene.username, SOURCE)
      expect(await isSignedIn(house, scene), 'the session of before').to.equal(false)
      expect(await house.refresh(scene.refreshToken, scene.client), 'the grant of before').to.have.property('refreshToken')
    },
  },
  'an operator deletes a person': {
    writes: 4,
    arrange: setScene,
    run: ({ administrator }, { username }) => unlessGone(() => administrator.deleteUser(username, SOURCE)),
    survives: async (house, scene, happened) => {
      expect(await isSignedIn(house, scene)).to.equal(happened === 0)
      expect(await signsIn(house, scene.username, PASSWORD)).to.equal(happened === 0)
      await (happened === 0 ? expectGood : expectWorthless)(house, scene)
    },
    completes: async (house, scene) => {
      await expectWorthless(house, scene)
      const heir = await house.administrator.createUser({ username: scene.username, password: PASSWORD }, SOURCE)
      expect(await house.authorizer.connectedApps(heir.id)).to.deep.equal([])
      expect(await house.administrator.listSessions(scene.username)).to.deep.equal([])
      await expectWorthless(house, scene)
    },
  },
  'an operator deletes a client': {
    writes: 3,
    arrange: setScene,
    run: ({ administrator }, { client }) => unlessGone(() => administrator.deleteClient(client.id, SOURCE)),
    survives: async (house, scene, happened) => {
      if (happened === 0) return expectGood(house, scene)
      const { id: clientId, authMethod: method } = scene.client
      const refusal = await failure(() => house.authenticator.client({ clientId, method, secret: scene.secret }, SOURCE))
      expect(refusal).to.be.instanceOf(OAuthError).with.property('code', 'invalid_client')
    },
    completes: async (house, scene) => {
      const { client: heir } = await newClient(house, scene.client.id)
      await expectWorthless(house, scene, heir)
      expect(await house.isApproved(heir, scene.who)).to.equal(false)
      expect(await house.administrator.listGrants({ client: heir.id })).to.deep.equal([])
      await leavesTheOtherClientAlone(house, scene)
    },
  },
}

/** Who deletes again what is gone already is told so. */
async function unlessGone(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
  }
}
