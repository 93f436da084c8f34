import { expect } from 'chai'
import type { Client } from '../../domain/client.js'
import type { SignedIn } from '../../ports/for-authenticating.js'
import { aClientId, aUserId } from '../support/builders.js'
import { REDIRECT_URI, SOURCE, type House } from './house.js'

export const PASSWORD = 'correct horse battery'
export const NEW_PASSWORD = 'another horse battery'

/** A person who is signed in, has approved two clients and gave the one a code and both a refresh token. */
export interface Scene {
  readonly client: Client
  readonly secret: string
  readonly other: Client
  readonly username: string
  readonly who: SignedIn
  /** The value of the session cookie. */
  readonly session: string
  /** Not redeemed. */
  readonly code: string
  readonly refreshToken: string
  readonly othersRefreshToken: string
}

/** Of its own names, so that many scenes fit into one store. */
export async function setScene(house: House): Promise<Scene> {
  const { administrator, authenticator, storage } = house
  if ((await storage.scopes.list()).length === 0) await administrator.createScope({ name: 'read', description: 'To read' }, SOURCE)
  const { client, secret = '' } = await newClient(house, aClientId())
  const { client: other } = await newClient(house, aClientId())
  const username = `person ${aUserId()}`
  await administrator.createUser({ username, password: PASSWORD }, SOURCE)
  const { token: session, ...who } = (await authenticator.signIn({ username, password: PASSWORD }, SOURCE))!
  const refreshTokenOf = async (one: Client) => (await house.redeem(await house.approve(one, who), one))!.refreshToken!
  const [refreshToken, othersRefreshToken] = [await refreshTokenOf(client), await refreshTokenOf(other)]
  const code = await house.approve(client, who)
  return { client, secret, other, username, who, session, code, refreshToken, othersRefreshToken }
}

export const newClient = ({ administrator }: House, id: string) =>
  administrator.createClient(
    { name: 'App', id, redirectUris: [REDIRECT_URI], grants: ['authorization_code', 'refresh_token'], scopes: ['read'] },
    SOURCE,
  )

/** Neither the code nor the refresh token of the client is worth anything, to `client` either when that is another one by now. */
export async function expectWorthless(house: House, { code, refreshToken, ...scene }: Scene, client = scene.client): Promise<void> {
  expect(await house.refresh(refreshToken, client), 'the refresh token').to.equal(undefined)
  expect(await house.redeem(code, client), 'the code').to.equal(undefined)
}

/** Both work, so nothing that was delivered is lost. */
export async function expectGood(house: House, { code, refreshToken, client }: Scene): Promise<void> {
  expect(await house.refresh(refreshToken, client), 'the refresh token').to.have.property('refreshToken')
  expect(await house.redeem(code, client), 'the code').to.have.property('refreshToken')
}
