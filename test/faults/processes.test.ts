import { expect } from 'chai'
import type { Deployment } from '../support/process.js'
import { onEachSharedStore } from '../support/stores.js'
import { freshCode, redeem, refresh } from '../support/visitor.js'

onEachSharedStore('three server processes on one store', 120_000, (store) => {
  let deployment: Deployment
  before(async () => {
    deployment = await store.deploy(3)
  })
  after(() => deployment.stop())

  const anyServer = (i: number): string => deployment.servers[i % 3]?.address ?? ''

  it(`CONC-002 RFC 6749 §4.1.2: of ${store.contenders} parallel redemptions over all of them one succeeds, and the grant ends`, async () => {
    const { client } = deployment
    for (let round = 0; round < 5; round++) {
      const code = await freshCode(deployment.servers[0]?.issuer ?? '', client)
      const answers = await Promise.all(Array.from({ length: store.contenders }, (_, i) => redeem(anyServer(i), client, code)))
      const won = answers.filter(({ status }) => status === 200)
      expect(won).to.have.lengthOf(1)
      for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
        expect([status, body['error']]).to.deep.equal([400, 'invalid_grant'])
      }
      expect((await refresh(anyServer(round), client, won[0]?.body['refresh_token'])).body['error']).to.equal('invalid_grant')
    }
  })

  it(`REFR-015 RFC 9700 §4.14.2: ${store.contenders} parallel refreshes over all of them get the same successor`, async () => {
    const { client } = deployment
    const first = await redeem(anyServer(1), client, await freshCode(deployment.servers[0]?.issuer ?? '', client))
    const answers = await Promise.all(
      Array.from({ length: store.contenders }, (_, i) => refresh(anyServer(i), client, first.body['refresh_token'])),
    )
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]))
    expect(new Set(answers.map(({ body }) => body['refresh_token']))).to.have.property('size', 1)
  })

  it('CONC-027: SIGTERM ends a server with 0', async () => {
    expect(await deployment.servers[2]?.end('SIGTERM')).to.equal(0)
  })
})
