import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { openStorage } from '../../src/open-storage.js'
import { deploy, type Deployment } from '../support/process.js'
import { authorizeUrl, freshCode, pkce, redeem, Visitor } from '../support/visitor.js'

const COUNT = 10_000
const AT_ONCE = 20
const FLOW_TTL_S = 30

describe('strangers in great numbers', function () {
  this.timeout(240_000)
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  let deployment: Deployment
  before(async () => {
    deployment = await deploy(1, {
      LOG_LEVEL: 'silent',
      CODE_TTL: '10m',
      FLOW_TTL: `${FLOW_TTL_S}s`,
      LOGIN_WINDOW: '30s',
      SESSION_IDLE_TTL: '1h',
    })
  })
  after(async () => {
    agent.destroy()
    await deployment.stop()
  })

  interface Sent {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  const ask = (url: string, { method = 'GET', headers = {}, body }: Partial<Sent> = {}) =>
    new Promise<number>((answered, failed) => {
      const sent = request(url, { method, agent, headers }, (response) => {
        response.resume()
        response.once('end', () => answered(response.statusCode ?? 0))
      })
      sent.once('error', failed)
      sent.end(body)
    })
  /** How often each status was answered, to COUNT requests. */
  async function flood(one: () => Promise<number>): Promise<Readonly<Record<string, number>>> {
    const statuses: Record<string, number> = {}
    for (let sent = 0; sent < COUNT; sent += AT_ONCE)
      for (const status of await Promise.all(Array.from({ length: AT_ONCE }, one))) statuses[status] = (statuses[status] ?? 0) + 1
    return statuses
  }
  const used = () => {
    const pid = deployment.servers[0]?.pid ?? 0
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return { megabytes: Number(kilobytes) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length }
  }
  const rows = async () => {
    const storage = await openStorage(`sqlite:${deployment.folder}/portcullis.db`)
    await storage.maintenance.prune(new Date(Date.now() + 1000 * (FLOW_TTL_S + 60)))
    const { rows: counted } = await storage.maintenance.status()
    await storage.maintenance.close()
    return counted
  }

  it(`CONC-030 RFC 6819 §4.4.1.11: ${COUNT} requests for nobody and ${COUNT} wrong sign-ins leave nothing behind, and cost neither memory nor descriptors`, async () => {
    const { client, servers } = deployment
    const issuer = servers[0]?.issuer ?? ''
    const url = authorizeUrl(issuer, client, pkce())
    const bob = new Visitor()
    await freshCode(issuer, client, { visitor: bob, username: 'bob' })
    // What a server that works takes: with the connections of both floods open.
    await Promise.all(Array.from({ length: AT_ONCE }, () => ask(url)))
    const before = used()
    const baseline = await rows()

    expect(await flood(() => ask(url))).to.deep.equal({ 303: COUNT })

    const stranger = new Visitor()
    const { text } = await stranger.get(`${issuer}/login`)
    const _csrf = /name="_csrf"[^>]*value="([^"]*)"/.exec(text)?.[1] ?? ''
    const cookie = [...stranger.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = new URLSearchParams({ _csrf, username: 'alice', password: 'a wrong password' }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(issuer).origin, cookie }
    const { 401: refused = 0, 429: throttled = 0, ...others } = await flood(() => ask(`${issuer}/login`, { method: 'POST', headers, body }))
    expect(others).to.deep.equal({})
    expect(refused).to.be.within(10, 200)
    expect(refused + throttled).to.equal(COUNT)

    const during = await redeem(issuer, client, await freshCode(issuer, client, { visitor: bob }))
    expect(during.status).to.equal(200)
    const after = used()
    expect(after.descriptors - before.descriptors, 'descriptors').to.be.lessThan(10)
    expect(after.megabytes - before.megabytes, 'MB').to.be.lessThan(150)
    expect(await rows()).to.deep.equal({ ...baseline, flows: 0, attempts: 0, grants: 2 })
  })
})
