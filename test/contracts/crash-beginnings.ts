import { expect } from 'chai'
import { PageError } from '../../domain/errors.js'
import { hashOf, SOURCE, type House } from './house.js'
import { failure } from './opened.js'
import { PASSWORD, setScene, type Scene } from './scene.js'
import type { UseCase } from './use-case.js'

/** What reached the person's browser or the client before the process died. */
interface Delivery extends Scene {
  readonly delivered: { flow?: string; code?: string; refreshToken?: string; session?: string }
}

const BROWSER = 'the value of a browser cookie'

async function arrange(house: House): Promise<Delivery> {
  const scene = await setScene(house)
  // So that signing in has something to rehash.
  await house.storage.users.change(scene.who.user.id, { passwordHash: hashOf(PASSWORD, 'old') })
  return { ...scene, delivered: {} }
}

const isSignedIn = async ({ authenticator }: House, session = ''): Promise<boolean> => (await authenticator.resume(session)) !== undefined

/** The code has been presented, so it is refused, whether its answer arrived or not. */
const mustNotWorkAgain = async (house: House, code: string, { client }: Scene) =>
  expect(await house.redeem(code, client), 'the code, a second time').to.equal(undefined)

async function expectDelivered(house: House, scene: Delivery, happened: number): Promise<void> {
  const { client, delivered } = scene
  const { flow, code, refreshToken } = delivered
  if (refreshToken !== undefined && code !== undefined) {
    const next = await house.refresh(refreshToken, client)
    expect(next, 'the refresh token').to.have.property('refreshToken')
    expect(await house.refresh(next!.refreshToken!, client), 'the one after it').to.have.property('refreshToken')
    await mustNotWorkAgain(house, code, scene)
  } else if (code !== undefined) {
    const isSpent = happened > 4
    if (!isSpent) expect(await house.redeem(code, client), 'the code').to.have.property('refreshToken')
    await mustNotWorkAgain(house, code, scene)
  } else if (flow !== undefined) {
    const refusal = await failure(() => house.authorizer.resume(flow, BROWSER))
    if (happened > 1) expect(refusal, 'a flow ends in one code at most').to.be.instanceOf(PageError)
    else expect(refusal, 'the flow').to.equal(undefined)
  }
}

/** What gives something: interrupted, nothing that was delivered is lost, and nothing works twice. */
export const BEGINNINGS: Readonly<Record<string, UseCase<Delivery>>> = {
  'a person approves and the client redeems and rotates': {
    writes: 6,
    arrange,
    run: async (house, { client, who, delivered }) => {
      delivered.flow = await house.authorizer.begin({ client_id: client.id }, BROWSER)
      await house.authorizer.spend(delivered.flow)
      delivered.code = await house.approve(client, who)
      delivered.refreshToken = (await house.redeem(delivered.code, client))!.refreshToken!
      delivered.refreshToken = (await house.refresh(delivered.refreshToken, client))!.refreshToken!
    },
    survives: expectDelivered,
    completes: (house, scene) => expectDelivered(house, scene, 6),
  },
  'a person signs in again': {
    // Counts the attempt for network and account, takes both back, rehashes, ends the session of before, begins another.
    writes: 7,
    arrange,
    run: async ({ authenticator }, { username, session: previous, delivered }) => {
      delivered.session = (await authenticator.signIn({ username, password: PASSWORD, previous }, SOURCE))!.token
    },
    survives: async (house, { session }, happened) => {
      expect(await isSignedIn(house, session)).to.equal(happened < 6)
    },
    completes: async (house, { session, delivered }) => {
      expect(await isSignedIn(house, session), 'the session of before').to.equal(false)
      expect(await isSignedIn(house, delivered.session)).to.equal(true)
    },
  },
  'a person signs out': {
    writes: 1,
    arrange,
    run: ({ authenticator }, { session }) => authenticator.signOut(session, SOURCE),
    survives: async (house, { session }, happened) => {
      expect(await isSignedIn(house, session)).to.equal(happened === 0)
    },
    completes: async (house, { session, username }) => {
      expect(await isSignedIn(house, session)).to.equal(false)
      expect(await house.authenticator.signIn({ username, password: PASSWORD }, SOURCE)).to.have.property('token')
    },
  },
}
