import { expect } from 'chai'
import { openWorld } from '../../conformance/open-world.js'
import { ROWS } from '../../conformance/rows.js'
import { runRows } from '../../conformance/runner.js'
import { certificateFor } from '../support/conformance/certificate.js'
import { startConformanceServer, type ConformanceServer } from '../support/conformance/server.js'
import { trust } from '../support/conformance/trust.js'
import { freshCode, introspect, redeem, refresh, revoke, Visitor } from '../support/visitor.js'

/** META-015 asks for the host that it puts into the Host header. */
const HOSTS = ['localhost', 'evil.test']
/** They ask for other redirect URIs than the rest. */
const ELSEWHERE = ['REDIR-025', 'REDIR-028']

for (const [path, skipped] of [
  ['', ['META-003']],
  ['/t1', []],
] as const)
  describe(`behind a proxy that ends TLS, with the issuer https://host${path}`, function () {
    this.timeout(60_000)
    let server: ConformanceServer
    let distrust: () => Promise<void>
    before(async () => {
      const certificate = certificateFor(...HOSTS)
      distrust = await trust(certificate.cert)
      server = await startConformanceServer(path, certificate)
    })
    after(async () => {
      await server.stop()
      await distrust()
    })

    it('Portcullis passes in every row of the conformance runner', async () => {
      const rows = ROWS.filter(({ id }) => ![...ELSEWHERE, ...skipped].includes(id))
      const world = await openWorld(await server.target(), server.timing)
      const outcomes = await runRows(world, rows)
      expect(outcomes).length(rows.length)
      expect(outcomes.filter(({ verdict }) => verdict !== 'passed').map(({ row, reason }) => `${row.id} ${reason}`)).to.deep.equal([])
    })

    it('RESP-001 INT-001 REV-001 RFC 9207 §2: a whole flow, with iss, introspection and revocation', async () => {
      const { issuer, inner } = server
      const client = await inner.client()
      const visitor = new Visitor()
      const code = await freshCode(issuer, client, { visitor })
      expect(code.redirect.href).to.match(/^https:\/\/rp\.test\/cb\?/)
      expect(code.redirect.searchParams.getAll('iss')).to.deep.equal([issuer])
      expect([...visitor.cookies.keys()]).to.have.members(['__Host-portcullis', '__Host-portcullis-browser'])

      const first = await redeem(issuer, client, code)
      const second = await refresh(issuer, client, first.body['refresh_token'])
      expect([first.status, second.status]).to.deep.equal([200, 200])
      for (const { body } of [first, second]) {
        const seen = await introspect(issuer, client, body['access_token'])
        expect(seen.body).to.include({ active: true, iss: issuer, aud: issuer, client_id: client.client.id, scope: 'read' })
      }
      expect((await revoke(issuer, client, second.body['refresh_token'])).status).to.equal(200)
      for (const { body } of [first, second])
        expect((await introspect(issuer, client, body['access_token'])).body).to.deep.equal({ active: false })
      expect((await refresh(issuer, client, second.body['refresh_token'])).body['error']).to.equal('invalid_grant')
    })

    it('OPS-002 RFC 9700 §2.6: cookies are Secure and pages are https alone, and what the proxy calls http is refused', async () => {
      const page = await new Visitor().get(`${server.issuer}/login`)
      const cookies = page.headers.getSetCookie()
      expect(cookies).to.not.be.empty
      for (const cookie of cookies)
        expect(cookie)
          .to.match(/^__Host-/)
          .and.match(/; path=\/;/i)
          .and.match(/; secure/i)
      expect(page.headers.get('strict-transport-security')).to.match(/^max-age=[1-9]/)
      expect(page.text).to.not.match(/(href|action|src)="http:/)

      const behind = `http://127.0.0.1:${server.inner.running.port}${path}/login`
      expect((await fetch(behind, { headers: { 'x-forwarded-proto': 'http' } })).status).to.equal(400)
      expect((await fetch(behind, { headers: { 'x-forwarded-proto': 'https' } })).status).to.equal(200)
    })
  })
