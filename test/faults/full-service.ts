import { expect } from 'chai'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { freshCode, introspect, redeem, refresh, revoke, Visitor, type TokenAnswer } from '../support/visitor.js'

export interface Served {
  readonly issuer: string
  /** Of the listener of /readyz, without a path. */
  readonly operations: string
  readonly client: ClientWithSecret
}

/** Everything that the server is for, asked once and by a person whom it does not know: readiness, sign-in, approval, code, tokens. */
export async function fullService({ issuer, operations, client }: Served): Promise<void> {
  const isActive = async (token: TokenAnswer): Promise<unknown> =>
    (await introspect(issuer, client, token.body['access_token'])).body['active']
  expect((await fetch(`${operations}/readyz`)).status, '/readyz').to.equal(200)
  const first = await redeem(issuer, client, await freshCode(issuer, client, { visitor: new Visitor(), username: 'bob' }))
  expect(first.status, 'a code').to.equal(200)
  expect(await isActive(first), 'introspection').to.equal(true)
  const second = await refresh(issuer, client, first.body['refresh_token'])
  expect(second.status, 'a refresh').to.equal(200)
  expect((await revoke(issuer, client, second.body['refresh_token'])).status, 'a revocation').to.equal(200)
  expect(await isActive(second), 'introspection after it').to.equal(false)
}
