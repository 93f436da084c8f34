import { expect } from 'chai'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { counting } from '../support/counting.js'
import { freshDatabase, onEachMongo } from '../support/mongo.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, authorizeUrl, freshCode, pkce, redeem, refresh, Visitor } from '../support/visitor.js'

const TIMES = 5

interface Flow {
  readonly name: string
  readonly atMost: number
  /** Among the calls, so that none of them escapes being counted. */
  readonly decisive?: string
  /** All that comes before the one request that is counted; answers that request. */
  readonly prepare: (issuer: string, client: ClientWithSecret) => Promise<() => Promise<unknown>>
}

const FLOWS: readonly Flow[] = [
  {
    name: 'authorizing with a session and a remembered approval',
    atMost: 4,
    decisive: 'grants.save',
    prepare: async (issuer, client) => {
      const visitor = new Visitor()
      await freshCode(issuer, client, { visitor })
      return async () => expect((await visitor.get(authorizeUrl(issuer, client, pkce()))).location).to.include('code=')
    },
  },
  {
    name: 'redeeming a code',
    atMost: 3,
    decisive: 'grants.redeem',
    prepare: async (issuer, client) => {
      const code = await freshCode(issuer, client)
      return async () => expect((await redeem(issuer, client, code)).status).to.equal(200)
    },
  },
  {
    name: 'refreshing',
    atMost: 3,
    decisive: 'grants.rotate',
    prepare: async (issuer, client) => {
      const { body } = await redeem(issuer, client, await freshCode(issuer, client))
      return async () => expect((await refresh(issuer, client, body['refresh_token'])).status).to.equal(200)
    },
  },
  {
    name: 'client_credentials',
    atMost: 0,
    prepare: async (issuer, client) => async () =>
      expect((await askToken(issuer, client, { grant_type: 'client_credentials' })).status).to.equal(200),
  },
]

/**
 * The store calls and the commands of the flow's request alone. The first time warms the server up, and what it knows of clients, scopes and keys is read
 * again after a second, which a later time may hit: the one with the fewest calls is the warm one.
 */
async function warm({ prepare }: Flow, server: TestServer, calls: string[], commands: string[]) {
  const client = await server.client()
  const times: { readonly calls: readonly string[]; readonly commands: readonly string[] }[] = []
  for (let time = 0; time < TIMES; time++) {
    const request = await prepare(server.issuer, client)
    // For a server so slow that it took over a second.
    await askToken(server.issuer, client, { grant_type: 'client_credentials' })
    for (const record of [calls, commands]) record.length = 0
    await request()
    times.push({ calls: [...calls], commands: [...commands] })
  }
  return times.reduce((least, each) => (each.calls.length < least.calls.length ? each : least))
}

onEachStore('store calls of a warm server', (store) => {
  const calls: string[] = []
  let server: TestServer
  before(async () => {
    server = await store.start({}, (storage) => counting(storage, calls))
  })
  after(() => server.stop())

  for (const flow of FLOWS) {
    it(`${flow.name} takes at most ${flow.atMost}`, async () => {
      const made = (await warm(flow, server, calls, [])).calls
      if (flow.decisive !== undefined) expect(made).to.include(flow.decisive)
      expect(made.length, made.join(', ')).to.be.at.most(flow.atMost)
    })
  }
})

onEachMongo('a store call of a warm server is one command on the wire', (mongo) => {
  const [calls, commands]: [string[], string[]] = [[], []]
  let server: TestServer
  let database: Awaited<ReturnType<typeof freshDatabase>>
  before(async () => {
    database = await freshDatabase(mongo)
    const observed = await openMongoStorage(database.uri, { onCommand: ({ commandName }) => commands.push(commandName) })
    server = await startTestServer({ STORE: database.uri }, () => counting(observed, calls))
  })
  after(async () => {
    await server.stop()
    await server.storage.maintenance.close()
    await database.drop()
  })

  for (const flow of FLOWS) {
    it(flow.name, async () => {
      const made = await warm(flow, server, calls, commands)
      expect(made.commands.length, `${made.commands.join(', ')} for ${made.calls.join(', ')}`).to.equal(made.calls.length)
    })
  }
})
