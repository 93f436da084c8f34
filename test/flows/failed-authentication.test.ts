import { expect } from 'chai'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorJson, expectTokens } from '../support/answers.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, introspect, redeem, refresh, revoke } from '../support/visitor.js'

onEachStore('a client that fails to prove itself', (store) => {
  let server: TestServer
  let clients: readonly ClientWithSecret[]
  before(async () => {
    server = await store.start()
    clients = [await server.client(), await server.client({ authMethod: 'client_secret_post' })]
  })
  after(() => server.stop())

  /** The same client with another secret, and one that does not exist. */
  const impostors = (client: ClientWithSecret): ClientWithSecret[] => [
    { ...client, secret: 'a wrong secret' },
    { ...client, secret: `${client.secret ?? ''}x` },
    { ...client, client: { ...client.client, id: 'nobody' as typeof client.client.id } },
  ]

  it('CAUTH-018 RFC 6749 §5.2: burns no code and no refresh token', async () => {
    for (const client of clients) {
      const code = await freshCode(server.issuer, client)
      for (const impostor of impostors(client)) expectErrorJson(await redeem(server.issuer, impostor, code), 401, 'invalid_client')
      const first = await redeem(server.issuer, client, code)
      expectTokens(first)
      const token = first.body['refresh_token']
      for (const impostor of impostors(client)) expectErrorJson(await refresh(server.issuer, impostor, token), 401, 'invalid_client')
      expectTokens(await refresh(server.issuer, client, token))
    }
  })

  it('CAUTH-018 RFC 7009 §2.1, RFC 7662 §2.1: revokes nothing and sees nothing', async () => {
    for (const client of clients) {
      const { body } = await redeem(server.issuer, client, await freshCode(server.issuer, client))
      for (const token of [body['access_token'], body['refresh_token']])
        for (const impostor of impostors(client)) {
          expectErrorJson(await revoke(server.issuer, impostor, token), 401, 'invalid_client')
          expectErrorJson(await introspect(server.issuer, impostor, token), 401, 'invalid_client')
          expect((await introspect(server.issuer, client, token)).body['active']).to.equal(true)
        }
    }
  })

  it('RFC 6749 §2.3.1: an unknown client and a wrong secret get the same answer at every endpoint', async () => {
    for (const client of clients) {
      const answers = await Promise.all(
        impostors(client).flatMap((impostor) => [
          askToken(server.issuer, impostor, { grant_type: 'client_credentials' }),
          revoke(server.issuer, impostor, 'x'),
          introspect(server.issuer, impostor, 'x'),
        ]),
      )
      const told = answers.map(({ status, headers, body }) => [status, headers.get('www-authenticate'), body])
      for (const answer of told) expect(answer).to.deep.equal(told[0])
    }
  })
})
