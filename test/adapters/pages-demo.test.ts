import { expect } from 'chai'
import { startTestServer, type TestServer } from '../support/server.js'
import { passThrough, Visitor, type Page } from '../support/visitor.js'
import { serve, World } from './pages-fixture.js'

describe('the demo client', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
    const redirectUris = [`${server.issuer}/demo/callback`]
    const grants = ['authorization_code', 'refresh_token'] as const
    await server.client({ id: 'demo', isPublic: true, redirectUris, grants, scopes: ['read', 'write'], defaultScopes: ['read'] })
  })
  after(() => server.stop())

  const at = (path: string): string => `${server.issuer}/demo${path}`
  const press = async (visitor: Visitor, page: Page, button: string): Promise<Page> =>
    visitor.follow(await visitor.submit({ ...page, url: at(button), text: page.text.replaceAll(/action="[^"]*"/g, '') }, {}))

  async function throughTheFlow(): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = new Visitor()
    const arrival = await passThrough(visitor, at('/start'))
    return { visitor, page: await visitor.follow(await visitor.get(arrival.href)) }
  }

  it('goes through the whole flow, refreshes, calls the sample API and starts over', async () => {
    const { visitor, page } = await throughTheFlow()
    expect(page.text).to.include('at+jwt').and.include('&quot;client_id&quot;: &quot;demo&quot;')
    expect(page.text).not.to.match(/pc_rt_[\w-]{20}/)
    const called = await press(visitor, page, '/api')
    expect(called.text).to.include('The sample API accepts the token.')
    const refreshed = await press(visitor, called, '/refresh')
    expect(refreshed.text).to.include('once').and.not.include('role="alert"')
    expect((await press(visitor, refreshed, '/reset')).text).not.to.include('at+jwt')
  })

  it('takes no answer that its browser did not ask for, or that another server gave', async () => {
    const visitor = new Visitor()
    const started = await visitor.get(at('/start'))
    const state = new URL(started.location ?? '').searchParams.get('state') ?? ''
    const iss = encodeURIComponent(server.issuer)
    for (const query of [
      `code=x&state=other&iss=${iss}`,
      `code=x&iss=${iss}`,
      `code=x&state=${state}`,
      `code=x&state=${state}&iss=https://evil.test`,
    ]) {
      await visitor.get(at('/start'))
      const page = await visitor.follow(await visitor.get(at(`/callback?${query}`)))
      expect(page.text, query).to.include('Start again.')
    }
  })

  it('says what the server refused', async () => {
    const visitor = new Visitor()
    const state = new URL((await visitor.get(at('/start'))).location ?? '').searchParams.get('state') ?? ''
    const page = await visitor.follow(
      await visitor.get(at(`/callback?error=access_denied&state=${state}&iss=${encodeURIComponent(server.issuer)}`)),
    )
    expect(page.text).to.include('The server refused: access_denied.')
    expect((await visitor.get(at(''), { 'accept-language': 'de' })).text).to.include('Der Server hat abgelehnt: access_denied.')
  })

  it('its forms need the token, and its API a token that verifies', async () => {
    const { visitor } = await throughTheFlow()
    for (const path of ['/refresh', '/api', '/reset']) expect((await visitor.post(at(path), {})).status, path).to.equal(403)
    for (const authorization of ['', 'Bearer x', 'Bearer a.b.c', 'Basic eA==']) {
      const answer = await fetch(at('/api'), { headers: { authorization } })
      expect(answer.status, authorization).to.equal(401)
      expect(answer.headers.get('www-authenticate')).to.match(/^Bearer/)
    }
  })

  it('is not there in production', async () => {
    const agent = serve(new World())
    for (const path of ['/demo', '/demo/start', '/demo/callback', '/demo/api']) expect((await agent.get(path)).status, path).to.equal(404)
  })
})
