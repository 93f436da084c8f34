import { expect } from 'chai'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, passThrough, pkce, Visitor } from '../support/visitor.js'

const ADDRESSES = { loopback: 'http://127.0.0.1/cb', 'a private scheme': 'com.example.app:/cb' }

onEachStore('approval of an app on a device', (store) => {
  let server: TestServer
  before(async () => {
    server = await store.start()
  })
  after(() => server.stop())

  for (const [kind, redirectUri] of Object.entries(ADDRESSES))
    for (const firstParty of [false, true])
      it(`RFC 8252 §8.6: ${kind}${firstParty ? ', first-party' : ''}: is asked for every time`, async () => {
        const client = await server.client({
          isPublic: true,
          firstParty,
          redirectUris: [redirectUri],
          grants: ['authorization_code', 'refresh_token'],
        })
        const visitor = new Visitor()
        const url = () => authorizeUrl(server.issuer, client, pkce())
        expect((await passThrough(visitor, url())).searchParams.has('code')).to.equal(true)
        for (let again = 0; again < 2; again++) {
          const asked = await visitor.follow(await visitor.get(url()))
          expect([asked.status, asked.text.includes('name="decision"')]).to.deep.equal([200, true])
          const answer = new URL((await visitor.submit(asked, { decision: 'allow' })).location ?? '')
          expect(answer.searchParams.has('code')).to.equal(true)
        }
      })

  it('RFC 8252 §8.6: a client that can prove itself is remembered there, and one on a web address too', async () => {
    for (const draft of [{ redirectUris: [ADDRESSES.loopback] }, { isPublic: true, grants: ['authorization_code' as const] }]) {
      const client = await server.client(draft)
      const visitor = new Visitor()
      await passThrough(visitor, authorizeUrl(server.issuer, client, pkce()))
      expect((await visitor.get(authorizeUrl(server.issuer, client, pkce()))).location).to.include('code=')
    }
  })
})
