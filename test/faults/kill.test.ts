import { expect } from 'chai'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { deploy, type Deployment } from '../support/process.js'
import { authorizeUrl, freshCode, pkce, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'

const FLOWS = 200
const AT_ONCE = 8
const KILLS = 12

interface Delivered {
  readonly codes: { readonly code: string; readonly verifier: string }[]
  readonly unusedTokens: string[]
  readonly accessTokens: string[]
}

/** Runs flows until the server dies; keeps what was delivered. */
async function flows(deployment: Deployment, visitor: Visitor, count: number, delivered: Delivered): Promise<void> {
  const { client, servers } = deployment
  const issuer = servers[0]?.issuer ?? ''
  for (let i = 0; i < count; i++) {
    const code = await freshCode(issuer, client, { visitor })
    const first = await redeem(issuer, client, code)
    if (first.status !== 200) continue
    delivered.codes.push(code)
    const answer = Math.random() < 0.5 ? first : await refresh(issuer, client, first.body['refresh_token'])
    if (answer.status === 200) {
      delivered.unusedTokens.push(String(answer.body['refresh_token']))
      delivered.accessTokens.push(String(answer.body['access_token']))
    }
  }
}

describe('kill -9 at random moments', function () {
  this.timeout(240_000)

  it(`CONC-014 CONC-016 RFC 6749 §4.1.2: over ${FLOWS.toString()} flows no code works twice, nothing delivered is lost, sessions, consents and keys stay`, async () => {
    const deployment = await deploy(1)
    const [server] = deployment.servers
    if (server === undefined) throw new Error('no server')
    const { client } = deployment
    try {
      const visitor = new Visitor()
      await freshCode(server.issuer, client, { visitor })
      const jwks = (await (await fetch(`${server.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
      const delivered: Delivered = { codes: [], unusedTokens: [], accessTokens: [] }
      let kills = 0
      while (delivered.unusedTokens.length < FLOWS || kills < KILLS) {
        const running = Array.from({ length: AT_ONCE }, () => flows(deployment, visitor, FLOWS, delivered).catch(() => undefined))
        await new Promise((moment) => setTimeout(moment, 50 + Math.random() * 350))
        await server.end('SIGKILL')
        kills++
        await Promise.all(running)
        await server.start()
      }
      const remembered = await visitor.get(authorizeUrl(server.issuer, client, pkce()))
      expect(remembered.location, 'session and consent').to.include('code=')
      const after = (await (await fetch(`${server.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
      expect(after).to.deep.equal(jwks)
      for (const token of delivered.accessTokens) await jwtVerify(token, createLocalJWKSet(after), { issuer: server.issuer })
      const lost: TokenAnswer[] = []
      for (const token of delivered.unusedTokens) {
        const answer = await refresh(server.issuer, client, token)
        if (answer.status !== 200) lost.push(answer)
      }
      expect(lost, 'delivered and unused refresh tokens that were lost').to.deep.equal([])
      for (const code of delivered.codes) expect((await redeem(server.issuer, client, code)).body['error']).to.equal('invalid_grant')
    } finally {
      await deployment.stop()
    }
  })
})
