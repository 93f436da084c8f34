import { expect } from 'chai'
import { setTimeout as wait } from 'node:timers/promises'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import type { Storage } from '../../ports/storage.js'
import { inTime, IN_TIME_MS } from '../support/fault-proxy-load.js'
import { meddled } from '../support/meddled.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { askToken, freshCode, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'
import { fullService } from './full-service.js'

const LATENCY_MS = 5_000
/** So many each of codes and refresh tokens, which are asked for twice, and 200 requests in all. */
const HELD = 20
const COUNT = 200
/** What was read from the store is known for a second. */
const FORGOTTEN_MS = 1_100
const RECOVERY_MS = 10_000
const MEMORY = 100 * 2 ** 20

const timesOf = <T>(count: number, make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, make))

describe(`while a store takes ${LATENCY_MS / 1_000} s for every call`, function () {
  this.timeout(60_000)
  const state = { isSlow: false, waiting: 0, calls: 0 }
  const slowed = (storage: Storage): Storage =>
    meddled(storage, {
      before: async () => {
        if (!state.isSlow) return
        state.calls++
        state.waiting++
        await wait(LATENCY_MS)
        state.waiting--
      },
    })
  let server: TestServer
  let client: ClientWithSecret
  before(async () => {
    server = await startTestServer({}, slowed)
    client = await server.client()
  })
  after(() => {
    state.isSlow = false
    return server.stop()
  })
  const operations = (): string => `http://127.0.0.1:${server.running.operationsPort}`
  const statusOf = async (url: string): Promise<number> => (await inTime(fetch(url))).status

  it('CONC-023 RFC 6749 §3.1: a request that is posted to /authorize is a 503 page in time', async () => {
    await wait(FORGOTTEN_MS)
    state.isSlow = true
    const body = new URLSearchParams({ client_id: client.client.id, redirect_uri: 'https://rp.test/cb' })
    const answer = await inTime(fetch(`${server.issuer}/authorize`, { method: 'POST', body, redirect: 'manual' }))
    state.isSlow = false
    expect(answer.status).to.equal(503)
    expect(answer.headers.get('retry-after')).to.match(/^[1-9]\d*$/)
    expect(answer.headers.get('content-type')).to.match(/^text\/html/)
    while (state.waiting > 0) await wait(50)
    await fullService({ issuer: server.issuer, operations: operations(), client })
  })

  it('CONC-023: 200 token requests at once are 503 with Retry-After in time, others are served, nothing is lost or left, and service follows', async () => {
    const { issuer } = server
    const visitor = new Visitor()
    await freshCode(issuer, client, { visitor })
    const codes = await timesOf(HELD, () => freshCode(issuer, client, { visitor }))
    const tokens = await timesOf(HELD, async () => {
      const { body } = await redeem(issuer, client, await freshCode(issuer, client, { visitor }))
      return body['refresh_token']
    })
    await wait(FORGOTTEN_MS)

    const before = process.memoryUsage().rss
    state.isSlow = true
    const timed = async (answer: Promise<TokenAnswer>) => {
      const began = performance.now()
      return { ...(await answer), afterMs: performance.now() - began }
    }
    const asked = [
      ...[...codes, ...codes].map((code) => timed(redeem(issuer, client, code))),
      ...[...tokens, ...tokens].map((token) => timed(refresh(issuer, client, token))),
      ...Array.from({ length: COUNT - 4 * HELD }, () => timed(askToken(issuer, client, { grant_type: 'client_credentials' }))),
    ]
    const others = Promise.all([
      statusOf(`${operations()}/livez`),
      statusOf(`${operations()}/readyz`),
      statusOf(`${issuer}/login`),
      statusOf(`${issuer}/assets/portcullis.css`),
      statusOf(`${issuer}/.well-known/oauth-authorization-server`),
      statusOf(`${issuer}/.well-known/jwks.json`),
    ])
    const answers = await Promise.all(asked)
    expect(answers).length(COUNT)
    for (const { status, headers, body, afterMs } of answers) {
      expect([status, body['error']]).to.deep.equal([503, 'temporarily_unavailable'])
      expect(headers.get('retry-after')).to.match(/^[1-9]\d*$/)
      expect(afterMs).to.be.lessThan(IN_TIME_MS)
    }
    expect(await others).to.deep.equal([200, 503, 200, 200, 200, 200])
    expect(state.calls).to.be.within(1, COUNT)

    state.isSlow = false
    const since = performance.now()
    while (state.waiting > 0) await wait(50)
    await fullService({ issuer, operations: operations(), client })
    expect(performance.now() - since).to.be.lessThan(RECOVERY_MS)
    // Whoever was told that it takes too long has had nothing done in his name.
    for (const code of codes) expect((await redeem(issuer, client, code)).status).to.equal(200)
    for (const token of tokens) expect((await refresh(issuer, client, token)).status).to.equal(200)
    const afterwards = await timesOf(COUNT, () => askToken(issuer, client, { grant_type: 'client_credentials' }))
    expect(new Set(afterwards.map(({ status }) => status))).to.deep.equal(new Set([200]))
    expect(process.memoryUsage().rss - before).to.be.lessThan(MEMORY)
  })
})
