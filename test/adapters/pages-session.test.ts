import { expect } from 'chai'
import { StoreUnavailable } from '../../domain/errors.js'
import { CLIENT, cookiesOf, csrfOf, locationOf, REQUEST, serve, signIn, World } from './pages-fixture.js'

describe('signing in and out', () => {
  it('BROW-001: over https both cookies are __Host-, Secure, HttpOnly, Lax; over http plain', async () => {
    const https = serve(new World(), { issuer: 'https://as.test' })
    const page = await https.get('/login')
    const [browser = ''] = cookiesOf(page)
    expect(browser).to.match(/^__Host-portcullis-browser=[\w-]{43}; path=\/; expires=[^;]+; samesite=lax; secure; httponly$/)
    const form = { _csrf: csrfOf(page), username: 'alice', password: 'correct horse battery' }
    const signed = await https.post('/login').set('Cookie', browser).type('form').send(form)
    expect(cookiesOf(signed)[0]).to.match(/^__Host-portcullis=[\w-]{43}; path=\/; samesite=lax; secure; httponly$/)
    expect(cookiesOf(await signIn(serve(new World())))[0]).to.match(/^portcullis=[\w-]{43}; path=\/; samesite=lax; httponly$/)
  })

  it('LOGIN-002 LOGIN-014: a wrong password is the same page with 401, without a session and without the password', async () => {
    const world = new World()
    const agent = serve(world)
    const _csrf = csrfOf(await agent.get('/login'))
    const answer = await agent.post('/login').type('form').send({ _csrf, username: '"><svg>', password: 'guess 1' })
    expect(answer.status).to.equal(401)
    expect(answer.text).to.include('value="&quot;&gt;&lt;svg&gt;"').and.not.include('guess 1')
    expect(cookiesOf(answer)).to.deep.equal([])
    expect(world.sessions.size).to.equal(0)
  })

  it('LOGIN-009: another sign-in ends the session before it; LOGIN-023: a signed-in person is led on', async () => {
    const world = new World()
    const agent = serve(world)
    expect(locationOf(await signIn(agent))).to.equal('/account')
    expect(locationOf(await agent.get('/login'))).to.equal('/account')
    const [first] = world.sessions.keys()
    const signed = await signIn(agent, 'bob', '/login?switch=1')
    expect(signed.status).to.equal(303)
    expect([...world.sessions.keys()])
      .to.have.lengthOf(1)
      .and.not.include(first)
  })

  it('LOGIN-011: a form without our token, or from elsewhere, is 403 and does nothing', async () => {
    const world = new World()
    const agent = serve(world)
    const page = await agent.get('/login')
    const form = { _csrf: csrfOf(page), username: 'alice', password: 'correct horse battery' }
    const post = () => agent.post('/login').type('form')
    const other = csrfOf(await serve(world).get('/login'))
    const refused = [
      await post().send({ ...form, _csrf: '' }),
      await post().send({ ...form, _csrf: other }),
      await post().set('Origin', 'https://evil.test').send(form),
      await post().set('Sec-Fetch-Site', 'cross-site').send(form),
    ]
    for (const answer of refused) {
      expect(answer.status).to.equal(403)
      expect(cookiesOf(answer)).to.deep.equal([])
    }
    expect(world.sessions.size).to.equal(0)
    expect((await post().set('Origin', 'null').send(form)).status).to.equal(303)
  })

  it('LOGIN-019: a damaged, unknown or oversized cookie is nobody and stays as it is', async () => {
    const agent = serve(new World())
    for (const value of ['x', '%ff', 'A'.repeat(43), 'A'.repeat(4000), '==;;;=', '"', '__proto__']) {
      const answer = await agent.get('/account').set('Cookie', `portcullis=${value}`)
      expect(answer.status, value).to.equal(303)
      expect(cookiesOf(answer), value).to.deep.equal([])
    }
  })

  it('signing out needs its POST, ends the session and clears the cookie', async () => {
    const world = new World()
    const agent = serve(world)
    await signIn(agent)
    const page = await agent.get('/logout')
    expect(world.sessions.size).to.equal(1)
    expect((await agent.post('/logout').type('form').send({ _csrf: 'x' })).status).to.equal(403)
    const done = await agent
      .post('/logout')
      .type('form')
      .send({ _csrf: csrfOf(page) })
    expect([done.status, locationOf(done)]).to.deep.equal([303, '/logout'])
    expect(cookiesOf(done)[0]).to.match(/^portcullis=; path=\/; expires=Thu, 01 Jan 1970/)
    expect(world.sessions.size).to.equal(0)
    expect((await agent.get('/logout')).text).to.include('You are signed out')
  })

  it('a sign-out that the store did not hear of says so', async () => {
    const world = new World()
    const agent = serve(world)
    await signIn(agent)
    const form = { _csrf: csrfOf(await agent.get('/logout')) }
    world.cannotSignOut = new StoreUnavailable('down')
    const answer = await agent.post('/logout').type('form').send(form)
    expect(answer.status).to.equal(503)
    expect(answer.headers).not.to.have.any.keys('location', 'set-cookie')
  })
})

describe('approval', () => {
  async function asked(world: World) {
    const agent = serve(world)
    const login = locationOf(await agent.get(REQUEST))
    await signIn(agent, 'alice', login)
    const path = login.replace('/login', '/scopes')
    return { agent, path, _csrf: csrfOf(await agent.get(path)) }
  }

  it('AUTHZ-031: Deny answers access_denied, and the flow is over', async () => {
    const world = new World()
    const { agent, path, _csrf } = await asked(world)
    const denied = await agent.post(path).type('form').send({ _csrf, decision: 'deny' })
    expect(denied.status).to.equal(303)
    expect(locationOf(denied)).to.match(/^https:\/\/rp\.test\/cb\?of=1&error=access_denied&state=a%20b%26c&iss=/)
    expect(world.events).to.deep.equal(['spend', 'deny'])
    expect((await agent.post(path).type('form').send({ _csrf, decision: 'allow' })).status).to.equal(400)
  })

  it('CONS-003 CONS-005: no GET and no other decision makes a code, and a second submit makes none', async () => {
    const world = new World()
    const { agent, path, _csrf } = await asked(world)
    await agent.get(`${path}&decision=allow&_csrf=${_csrf}`)
    for (const decision of ['', 'yes', 'ALLOW'])
      expect((await agent.post(path).type('form').send({ _csrf, decision })).status).to.equal(400)
    expect(world.events).to.deep.equal([])
    expect((await agent.post(path).type('form').send({ _csrf, decision: 'allow' })).status).to.equal(303)
    expect((await agent.post(path).type('form').send({ _csrf, decision: 'allow' })).status).to.equal(400)
    expect(world.events).to.deep.equal(['spend', 'code for alice, asked'])
  })

  it("LOGIN-020: alice's form is of no use once bob is signed in", async () => {
    const world = new World()
    const { agent, path, _csrf } = await asked(world)
    await signIn(agent, 'bob', '/login?switch=1')
    expect((await agent.post(path).type('form').send({ _csrf, decision: 'allow' })).status).to.equal(403)
    expect(world.events).to.deep.equal([])
  })

  it('what was not shown is not approved', async () => {
    const world = new World()
    const { agent, path, _csrf } = await asked(world)
    world.scopes = ['read', 'admin']
    expect((await agent.post(path).type('form').send({ _csrf, decision: 'allow' })).status).to.equal(403)
    expect(world.events).to.deep.equal([])
  })

  it('CSP leaves form-action out on login and approval, and has it elsewhere', async () => {
    const { agent, path } = await asked(new World())
    expect((await agent.get(path)).headers['content-security-policy']).not.to.include('form-action')
    expect((await agent.get('/account')).headers['content-security-policy']).to.include("form-action 'self'")
  })
})

describe('account', () => {
  it('CONS-010: lists the apps and withdraws one', async () => {
    const world = new World()
    const agent = serve(world)
    await signIn(agent)
    const page = await agent.get('/account')
    expect(page.text).to.include('Read &lt;notes&gt;').and.include('February 3, 2031')
    const post = (form: object) => agent.post('/account/apps/revoke').type('form').send(form)
    expect((await post({ client_id: CLIENT.id })).status).to.equal(403)
    expect(locationOf(await post({ _csrf: csrfOf(page), client_id: CLIENT.id }))).to.equal('/account?withdrawn')
    expect(world.events).to.deep.equal([`withdraw ${CLIENT.id}`])
  })

  it('is for those who are signed in', async () => {
    const agent = serve(new World())
    expect(locationOf(await agent.get('/account'))).to.equal('/login')
    expect((await agent.post('/account/apps/revoke').type('form').send({ client_id: CLIENT.id })).status).to.equal(403)
  })
})
