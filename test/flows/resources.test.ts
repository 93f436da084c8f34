import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { seenByRunningServers } from '../support/seen.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, passThrough, pkce, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'

const source = { requestId: 'test', address: 'cli' }
const audience = ({ body }: TokenAnswer) => decodeJwt(String(body['access_token'])).aud
const refusal = ({ status, body }: TokenAnswer) => [status, body['error']]

onEachStore('a resource that is gone after it was approved', (store) => {
  let server: TestServer
  const resources = Array.from({ length: 7 }, (_, index) => `https://api${index.toString()}.test/`)
  before(async () => {
    server = await store.start()
    // All before the first request: a running server sees a new one within one second.
    for (const uri of resources) await server.administering.createResource({ uri, name: uri, scopes: [] }, source)
  })
  after(() => server.stop())

  /** One that nobody has used. */
  const aResource = (): string => resources.pop() ?? ''
  /** A code for `resources`, with its verifier. */
  async function approved(client: ClientWithSecret, asked: readonly string[]): Promise<{ code: string; verifier: string }> {
    const proof = pkce()
    const url = new URL(authorizeUrl(server.issuer, client, proof))
    for (const uri of asked) url.searchParams.append('resource', uri)
    const redirect = await passThrough(new Visitor(), url.href)
    return { code: redirect.searchParams.get('code') ?? '', verifier: proof.verifier }
  }

  const waysToGo: readonly (readonly [string, (client: ClientWithSecret, gone: string, left: readonly string[]) => Promise<unknown>])[] = [
    ['deleted', (_, gone) => server.administering.deleteResource(gone, source)],
    ['unassigned', ({ client }, _, left) => server.administering.updateClient(client.id, { resources: left }, source)],
  ]
  for (const [how, go] of waysToGo) {
    it(`RFC 8707 §2.2: one that is ${how} is in no refreshed token, and asking for it is invalid_target`, async () => {
      const [gone, left] = [aResource(), aResource()]
      const client = await server.client({ resources: [gone, left] })
      const first = await redeem(server.issuer, client, await approved(client, [gone, left]))
      expect(audience(first)).to.deep.equal([gone, left])
      await go(client, gone, [left])
      await seenByRunningServers()
      expect(refusal(await refresh(server.issuer, client, first.body['refresh_token'], { resource: gone }))).to.deep.equal([
        400,
        'invalid_target',
      ])
      expect(audience(await refresh(server.issuer, client, first.body['refresh_token']))).to.equal(left)
    })

    it(`RFC 6749 §5.2: when the last is ${how}, refreshing and redeeming are invalid_grant`, async () => {
      const gone = aResource()
      const client = await server.client({ resources: [gone] })
      const first = await redeem(server.issuer, client, await approved(client, [gone]))
      const unredeemed = await approved(client, [gone])
      await go(client, gone, [])
      await seenByRunningServers()
      expect(refusal(await redeem(server.issuer, client, unredeemed))).to.deep.equal([400, 'invalid_grant'])
      expect(refusal(await refresh(server.issuer, client, first.body['refresh_token']))).to.deep.equal([400, 'invalid_grant'])
    })
  }

  it('a grant without resources keeps the default one', async () => {
    const gone = aResource()
    const client = await server.client({ resources: [gone] })
    const first = await redeem(server.issuer, client, await approved(client, []))
    await server.administering.deleteResource(gone, source)
    await seenByRunningServers()
    expect(audience(await refresh(server.issuer, client, first.body['refresh_token']))).to.equal(server.issuer)
  })
})
