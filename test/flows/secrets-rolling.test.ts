import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import type { Storage } from '../../ports/storage.js'
import { readConfig } from '../../src/config.js'
import { startServer, type Running } from '../../src/serve.js'
import { PASSWORD, testEnvironment, type TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, freshCode, pkce, redeem, refresh, Visitor } from '../support/visitor.js'

const [OLD, NEW] = [randomBytes(32), randomBytes(32)].map((secret) => secret.toString('base64url')) as [string, string]
/** One server after the other: first the new secret behind the old one, then in front of it. */
const STEPS: readonly (readonly [string, string])[] = [
  [OLD, OLD],
  [`${OLD},${NEW}`, OLD],
  [`${OLD},${NEW}`, `${OLD},${NEW}`],
  [`${NEW},${OLD}`, `${OLD},${NEW}`],
  [`${NEW},${OLD}`, `${NEW},${OLD}`],
]

/** The same store, which ends with another server. */
function staysOpen(storage: Storage): Storage {
  const { maintenance } = storage
  const close = async () => undefined
  return {
    ...storage,
    maintenance: {
      prepare: (options) => maintenance.prepare(options),
      ready: () => maintenance.ready(),
      isEmpty: () => maintenance.isEmpty(),
      status: () => maintenance.status(),
      prune: (at) => maintenance.prune(at),
      close,
    },
  }
}

onEachStore('replacing SECRETS on one server after the other', (store) => {
  let home: TestServer
  let client: ClientWithSecret
  const alice = new Visitor()
  before(async () => {
    home = await store.start({ SECRETS: `${OLD},${NEW}` })
    client = await home.client()
    await freshCode(home.issuer, client, { visitor: alice })
  })
  after(() => home.stop())

  async function server(secrets: string): Promise<Running & { readonly address: string }> {
    const environment = await testEnvironment(home.folder, { STORE: 'memory:', SECRETS: secrets, ISSUER: home.issuer })
    const running = await startServer(readConfig(environment, home.folder), { storage: staysOpen(home.storage) })
    return { ...running, address: `http://127.0.0.1:${running.port}` }
  }
  async function beside<T>(secrets: readonly [string, string], work: (a: string, b: string) => Promise<T>): Promise<T> {
    const both = [await server(secrets[0]), await server(secrets[1])] as const
    try {
      return await work(both[0].address, both[1].address)
    } finally {
      for (const running of both) await running.stop()
    }
  }
  async function codeAt(address: string) {
    const proof = pkce()
    const { location = '' } = await alice.get(authorizeUrl(address, client, proof))
    return { code: new URL(location).searchParams.get('code') ?? '', verifier: proof.verifier }
  }

  for (const secrets of STEPS)
    it(`with ${secrets.map((list) => list.replaceAll(OLD, 'OLD').replaceAll(NEW, 'NEW')).join(' and ')}: each takes what the other makes`, async () => {
      await beside(secrets, async (a, b) => {
        for (const [maker, taker] of [
          [a, b],
          [b, a],
        ] as const) {
          const redeemed = await redeem(taker, client, await codeAt(maker))
          expect(redeemed.status).to.equal(200)
          const refreshed = await refresh(maker, client, redeemed.body['refresh_token'])
          expect(refreshed.status).to.equal(200)
          expect((await refresh(taker, client, refreshed.body['refresh_token'])).status).to.equal(200)
          const visitor = new Visitor()
          const form = await visitor.get(`${maker}/login`)
          const sent = { username: 'bob', password: PASSWORD }
          const signed = await visitor.submit({ ...form, url: `${taker}/login` }, sent, { origin: home.issuer })
          expect(signed.status).to.equal(303)
        }
      })
    })

  it('the other way round, in front at once, a server that does not have it yet would take its codes for forged', async () => {
    await beside([`${NEW},${OLD}`, OLD], async (a, b) => {
      const { status, body } = await redeem(b, client, await codeAt(a))
      expect([status, body['error']]).to.deep.equal([400, 'invalid_grant'])
    })
  })
})
