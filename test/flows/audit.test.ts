import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import type { Deployment, ServerProcess } from '../support/process.js'
import { onEachSharedStore } from '../support/stores.js'
import { authorizeUrl, freshCode, introspect, passThrough, pkce, redeem, refresh, revoke, Visitor } from '../support/visitor.js'

type Line = Readonly<Record<string, unknown>>
const WRONG = 'not the password of anybody'

/** The events in what a process has written. */
function eventsIn(output: string): Line[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'))
  return lines.map((line) => JSON.parse(line) as Line).filter(({ event }) => typeof event === 'string')
}
const nameOf = ({ event, outcome }: Line): string => `${String(event)} ${String(outcome)}`

/** What happens below, in order; a request that is told more than one thing writes more than one line. */
const HAPPENED = [
  'authorization refused',
  'sign-in refused',
  'sign-in ok',
  'approval ok',
  'code ok',
  'token ok',
  'refresh ok',
  'reuse refused',
  'code ok',
  'token ok',
  'replay refused',
  'code ok',
  'token ok',
  'revocation ok',
  'revocation ok',
  'introspection refused',
  'client-authentication refused',
]
/** Of one person and one client; the others are not. */
const OF_A_GRANT = /^(approval|code|token|refresh|reuse|replay|revocation) /

onEachSharedStore('the log of a server', 60_000, (store) => {
  let deployment: Deployment
  let server: ServerProcess
  const secrets: unknown[] = [WRONG]
  before(async () => {
    deployment = await store.deploy(1, { REFRESH_GRACE: '0s' })
    server = deployment.servers[0]!
    await makeHistory()
    await eventually(
      async () => eventsIn(server.output).length,
      (count) => count >= HAPPENED.length,
    )
  })
  after(() => deployment.stop())

  async function makeHistory(): Promise<void> {
    const { client } = deployment
    const { issuer } = server
    const [visitor, proof] = [new Visitor(), pkce()]
    const url = authorizeUrl(issuer, client, proof)
    await visitor.get(authorizeUrl(issuer, client, proof, { scope: 'beyond' }))
    const login = await visitor.follow(await visitor.get(url))
    await visitor.submit(login, { username: 'alice', password: WRONG })
    const code = (await passThrough(visitor, url)).searchParams.get('code') ?? ''
    const tokens = async (of: { code: string; verifier: string }) => {
      const { body } = await redeem(issuer, client, of)
      secrets.push(of.code, of.verifier, body['access_token'], body['refresh_token'])
      return body
    }
    const first = await tokens({ code, verifier: proof.verifier })
    const { body: next } = await refresh(issuer, client, first['refresh_token'])
    await refresh(issuer, client, first['refresh_token'])
    const again = await freshCode(issuer, client, { visitor })
    await tokens(again)
    await redeem(issuer, client, again)
    const last = await tokens(await freshCode(issuer, client, { visitor }))
    for (const token of [last['access_token'], last['refresh_token']]) await revoke(issuer, client, token)
    await introspect(issuer, client, last['access_token'])
    await revoke(issuer, { ...client, secret: WRONG }, 'x')
    secrets.push(client.secret, next['access_token'], next['refresh_token'], ...visitor.cookies.values())
  }

  it('OPS-006 OAuth2.1 §7.9: has one line for each sign-in, refusal, approval, code, token, refresh, reuse, replay, revocation and guess', () => {
    expect(eventsIn(server.output).map(nameOf)).to.deep.equal(HAPPENED)
  })

  it('OPS-006 OAuth2.1 §7.9: says of each when, to whom, whence and how it ended', () => {
    const events = eventsIn(server.output)
    const { user_id } = events.find((line) => nameOf(line) === 'sign-in ok') ?? {}
    expect(user_id).to.be.a('string').and.not.equal('')
    for (const line of events) {
      expect(line['time'], JSON.stringify(line)).to.satisfy((time: string) => Math.abs(new Date(time).getTime() - Date.now()) < 60_000)
      expect(line['request_id']).to.match(/^[\w-]{22}$/)
      expect(line['address']).to.match(/^(127\.0\.0\.1|::1)$/)
      if (!nameOf(line).startsWith('sign-in')) expect(line['client_id'], nameOf(line)).to.equal(deployment.client.client.id)
      if (OF_A_GRANT.test(nameOf(line))) expect(line['user_id'], nameOf(line)).to.equal(user_id)
    }
  })

  it('OPS-006 ERR-004: holds no code, token, secret, cookie or password', () => {
    expect(secrets).to.have.lengthOf.above(15)
    for (const secret of secrets) expect(server.output).to.not.include(String(secret))
  })
})
