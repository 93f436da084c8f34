import { expect } from 'chai'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, freshCode, pkce, redeem, refresh, Visitor } from '../support/visitor.js'
import { act, aServer, type World } from './second-factor-people.js'

onEachStore('what is another person’s', (store) => {
  let world: World
  before(async () => {
    world = await aServer(store)
  })
  after(() => world.stop())

  it('LOGIN-021 CONS-010: cannot be withdrawn or ended on one’s own account page, app and session alike', async () => {
    const client = await world.client()
    const [alice, bob] = [new Visitor(), new Visitor()]
    await freshCode(world.issuer, await world.client(), { visitor: alice })
    const tokens = await redeem(world.issuer, client, await freshCode(world.issuer, client, { visitor: bob, username: 'bob' }))
    const outstanding = await freshCode(world.issuer, client, { visitor: bob })
    const { id } = await world.administering.user('bob')
    const [session] = await world.storage.sessions.list({ userId: id })

    for (const [path, fields] of [
      ['apps/revoke', { client_id: client.client.id }],
      ['sessions/end', { session: String(session?.id) }],
    ] as const)
      expect((await act(alice, world, path, fields)).status, path).to.equal(303)

    expect((await bob.get(`${world.issuer}/account`)).status).to.equal(200)
    expect((await bob.get(authorizeUrl(world.issuer, client, pkce()))).location).to.include('code=')
    expect((await redeem(world.issuer, client, outstanding)).status).to.equal(200)
    expect((await refresh(world.issuer, client, tokens.body['refresh_token'])).status).to.equal(200)
  })
})
