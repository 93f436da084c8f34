import { expect } from 'chai'
import { deploy, type Deployment, type ServerProcess } from '../support/process.js'
import { PASSWORD } from '../support/server.js'
import { authorizeUrl, freshCode, introspect, pkce, redeem, refresh, revoke, Visitor, type Page } from '../support/visitor.js'

const LIMIT = 10

describe('several servers on one store', function () {
  this.timeout(120_000)
  let deployment: Deployment
  const server = (index: number): ServerProcess => deployment.servers[index]!
  afterEach(() => deployment.stop())

  /** Where the page leads, on another server. */
  const on = (index: number, page: Page): string => {
    const { pathname, search } = new URL(page.location ?? '')
    return `${server(index).address}${pathname}${search}`
  }
  /** Submits the form of a page to another server; browsers send the origin of the issuer. */
  const submit = (visitor: Visitor, index: number, page: Page, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    visitor.submit({ ...page, url: page.url.replace(/^http:\/\/[^/]+/, server(index).address) }, fields, {
      origin: server(0).issuer,
      ...headers,
    })

  it('CONC-012: each step of one flow may go to another one', async () => {
    deployment = await deploy(3)
    const { client } = deployment
    const { issuer } = server(0)
    const [visitor, proof] = [new Visitor(), pkce()]
    const begun = await visitor.get(authorizeUrl(server(0).address, client, proof))
    const signing = await visitor.get(on(1, begun))
    const signed = await submit(visitor, 2, signing, { username: 'alice', password: PASSWORD })
    expect(signed.status).to.equal(303)
    const asked = await visitor.get(on(0, signed))
    const question = await visitor.get(on(1, asked))
    const answered = await submit(visitor, 2, question, { decision: 'allow' })
    const code = new URL(answered.location ?? '').searchParams.get('code') ?? ''
    const tokens = await redeem(server(1).address, client, { code, verifier: proof.verifier })
    expect(tokens.status).to.equal(200)
    const { body } = await introspect(server(2).address, client, tokens.body['access_token'])
    expect(body).to.include({ active: true, iss: issuer })
  })

  it(`CONC-009 LOGIN-005 RFC 6749 §10.10: of 200 parallel wrong sign-ins on three of them at most ${LIMIT.toString()} passwords are verified`, async () => {
    // Each from another network, so that the limit of the account alone holds.
    deployment = await deploy(3, { LOGIN_ATTEMPTS: LIMIT.toString(), TRUST_PROXY: '1' })
    const from = (index: number) => ({ 'x-forwarded-for': `198.51.${Math.floor(index / 100).toString()}.${(index % 100).toString()}` })
    const tries = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const visitor = new Visitor()
        const page = await visitor.get(`${server(index % 3).address}/login`)
        return () => submit(visitor, index % 3, page, { username: 'alice', password: `wrong ${index.toString()}` }, from(index))
      }),
    )
    const answers = await Promise.all(tries.map((attempt) => attempt()))
    const verified = answers.filter(({ status }) => status === 401)
    expect(verified.length).to.be.within(1, LIMIT)
    for (const { status, headers } of answers.filter((answer) => !verified.includes(answer))) {
      expect(status).to.be.oneOf([429, 503])
      expect(Number(headers.get('retry-after'))).to.be.greaterThan(0)
    }
    const late = new Visitor()
    const page = await late.get(`${server(0).address}/login`)
    expect((await submit(late, 1, page, { username: 'alice', password: PASSWORD })).status, 'the right one, too').to.equal(429)
    for (const each of deployment.servers) expect(await each.end('SIGTERM')).to.equal(0)
    const refused = deployment.servers.flatMap(({ output }) =>
      output.split('\n').filter((line) => /"event":"sign-in".*"outcome":"refused"/.test(line)),
    )
    const evaluated = refused.filter((line) => !line.includes('too many attempts'))
    expect(evaluated.length, 'also of those that were answered too late').to.be.within(verified.length, LIMIT)
  })

  it('CONC-013: a restart keeps sessions, codes, tokens, approvals, keys, and what was revoked', async () => {
    deployment = await deploy(1)
    const { client } = deployment
    const { issuer } = server(0)
    const visitor = new Visitor()
    const kids = async () => await (await fetch(`${issuer}/.well-known/jwks.json`)).json()
    const tokens = (await redeem(issuer, client, await freshCode(issuer, client, { visitor }))).body
    const revoked = (await redeem(issuer, client, await freshCode(issuer, client, { visitor }))).body
    expect((await revoke(issuer, client, revoked['access_token'])).status).to.equal(200)
    const code = await freshCode(issuer, client, { visitor })
    const before = await kids()
    expect(await server(0).end('SIGTERM')).to.equal(0)
    await server(0).start()
    expect(await kids()).to.deep.equal(before)
    const remembered = await visitor.get(authorizeUrl(issuer, client, pkce()))
    expect(remembered.location, 'session and approval').to.include('code=')
    expect((await redeem(issuer, client, code)).status).to.equal(200)
    expect((await refresh(issuer, client, tokens['refresh_token'])).status).to.equal(200)
    const isActive = async (token: unknown) => (await introspect(issuer, client, token)).body['active']
    expect([await isActive(tokens['access_token']), await isActive(revoked['access_token'])]).to.deep.equal([true, false])
  })

  it('CONC-017: who was signing in or approving when it was killed goes on, and nothing is half made', async () => {
    deployment = await deploy(1)
    const { client } = deployment
    const { issuer } = server(0)
    const restart = async () => {
      await server(0).end('SIGKILL')
      await server(0).start()
    }
    const [visitor, proof] = [new Visitor(), pkce()]
    const signing = await visitor.follow(await visitor.get(authorizeUrl(issuer, client, proof)))
    await restart()
    const question = await visitor.follow(await visitor.submit(signing, { username: 'alice', password: PASSWORD }))
    expect(question.text).to.include('name="decision"')
    await restart()
    const answered = await visitor.submit(question, { decision: 'allow' })
    const code = new URL(answered.location ?? '').searchParams.get('code') ?? ''
    expect((await redeem(issuer, client, { code, verifier: proof.verifier })).status).to.equal(200)
    const again = await visitor.submit(question, { decision: 'allow' })
    expect([again.status, again.location]).to.deep.equal([400, undefined])
  })
})
