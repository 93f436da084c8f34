import { expect } from 'chai'
import { deploy, type Deployment } from '../support/process.js'
import { askToken, Visitor } from '../support/visitor.js'

const SIGN_INS = 150

describe('a flood of sign-ins', function () {
  this.timeout(60_000)
  let deployment: Deployment
  before(async () => {
    deployment = await deploy(1, { LOGIN_ATTEMPTS: '100', TRUST_PROXY: '1', LOG_LEVEL: 'silent' })
  })
  after(() => deployment.stop())

  it('does not starve /token: tokens are issued one after the other while passwords still wait for their turn', async () => {
    const { client, servers } = deployment
    const issuer = servers[0]?.issuer ?? ''
    const visitor = new Visitor()
    const page = await visitor.get(`${issuer}/login`)
    let waiting = SIGN_INS
    const signIns = Array.from({ length: SIGN_INS }, async (_, i) => {
      const fields = { username: `stranger ${i}`, password: 'a wrong password' }
      const { status } = await visitor.submit(page, fields, { 'x-forwarded-for': `198.51.100.${i}` })
      waiting--
      return status
    })
    let issued = 0
    for (; waiting > 0; issued++) expect((await askToken(issuer, client, { grant_type: 'client_credentials' })).status).to.equal(200)
    const statuses = await Promise.all(signIns)
    for (const status of statuses) expect(status).to.be.oneOf([401, 503])
    // At least five times as many where passwords leave room, one and a half times where they do not. A slow machine gets round to fewer of both.
    const evaluated = statuses.filter((status) => status === 401).length
    expect(issued, 'tokens while passwords waited').to.be.greaterThan(2 * evaluated)
  })
})
