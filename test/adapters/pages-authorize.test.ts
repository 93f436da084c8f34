import { expect } from 'chai'
import { StoreUnavailable } from '../../domain/errors.js'
import { CLIENT, cookiesOf, csrfOf, ISSUER, locationOf, REQUEST, serve, signIn, World } from './pages-fixture.js'

const ISS = `iss=${encodeURIComponent(ISSUER)}`

describe('GET /authorize', () => {
  it('AUTHZ-001: leads from sign-in over approval to one code with state and iss, each step through /authorize', async () => {
    const world = new World()
    const agent = serve(world)
    const first = await agent.get(REQUEST)
    expect(first.status).to.equal(303)
    expect(locationOf(first)).to.match(/^\/login\?flow=[\w-]{43}$/)
    const signed = await signIn(agent, 'alice', locationOf(first))
    expect(signed.status).to.equal(303)
    expect(locationOf(signed)).to.equal(locationOf(first).replace('/login', '/authorize'))
    const asked = await agent.get(locationOf(signed))
    expect(locationOf(asked)).to.equal(locationOf(first).replace('/login', '/scopes'))
    const page = await agent.get(locationOf(asked))
    expect(page.text).to.match(/<bdi[^>]*>rp\.test<\/bdi>/)
    const done = await agent
      .post(locationOf(asked))
      .type('form')
      .send({ _csrf: csrfOf(page), decision: 'allow' })
    expect(done.status).to.equal(303)
    expect(locationOf(done)).to.equal(`https://rp.test/cb?of=1&code=pc_ac_code&state=a%20b%26c&${ISS}`)
    expect(done.headers).to.include({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    expect(world.events).to.deep.equal(['spend', 'code for alice, asked'])
  })

  it('CONS-006: a remembered approval answers at once and needs no flow', async () => {
    const world = new World()
    const agent = serve(world)
    await signIn(agent)
    world.approved = true
    expect(locationOf(await agent.get(REQUEST))).to.include('code=pc_ac_code')
    expect(world.events).to.deep.equal(['code for alice, remembered'])
  })

  it('a flow ends in one code at most, also when approval is remembered', async () => {
    const world = new World()
    const agent = serve(world)
    world.approved = true
    const signed = await signIn(agent, 'alice', locationOf(await agent.get(REQUEST)))
    expect(locationOf(await agent.get(locationOf(signed)))).to.include('code=')
    expect((await agent.get(locationOf(signed))).status).to.equal(400)
    expect(world.events).to.deep.equal(['spend', 'code for alice, remembered'])
  })

  it('RESP-003: a refused request is told to the client with error, state and iss', async () => {
    const world = new World()
    world.refusal = 'invalid_scope'
    const answer = await serve(world).get(REQUEST)
    expect(answer.status).to.equal(303)
    expect(locationOf(answer)).to.equal(`https://rp.test/cb?of=1&error=invalid_scope&state=a%20b%26c&${ISS}`)
    expect(cookiesOf(answer)).to.deep.equal([])
  })

  it('AUTHZ-003 AUTHZ-014 AUTHZ-015 AUTHZ-029: what is not proved or not well formed is a page', async () => {
    const agent = serve(new World())
    const redirect = 'redirect_uri=https%3A%2F%2Frp.test%2Fcb%3Fof%3D1'
    for (const query of [
      '',
      'client_id=unknown',
      `client_id=${CLIENT.id}&redirect_uri=https%3A%2F%2Fevil.test`,
      `client_id=${CLIENT.id}&client_id=${CLIENT.id}&${redirect}`,
      `client_id=${CLIENT.id}&${redirect}&redirect_uri=https%3A%2F%2Fevil.test`,
      `client_id=${CLIENT.id}&${redirect}&state=%0d%0aSet-Cookie:x=1`,
      `client_id=${CLIENT.id}&${redirect}&state=%00`,
      `client_id=${CLIENT.id}&${redirect}&state=%ff%fe`,
      `client_id=${CLIENT.id}&${redirect}&state=%zz`,
      `client_id=${CLIENT.id}&${redirect}&state=%ed%a0%80`,
      `client_id=${CLIENT.id}&${redirect}&state=${'x'.repeat(9000)}`,
      'flow=unknown',
      'flow=a&flow=b',
    ]) {
      const answer = await agent.get(`/authorize?${query}`)
      expect(answer.status, query).to.equal(400)
      expect(answer.headers, query).not.to.have.property('location')
      expect(answer.headers['content-security-policy'], query).to.include("frame-ancestors 'none'")
    }
  })

  it('hands repeated parameters on, leaves out empty ones, and keeps hostile names harmless', async () => {
    const world = new World()
    await serve(world).get(`${REQUEST}&scope=&nonce=1&nonce=2&resource=a&resource=&__proto__[x]=1&__proto__=2&scope[]=a`)
    const [parameters] = world.validated
    expect(parameters).not.to.have.property('scope')
    expect(parameters?.['nonce']).to.deep.equal(['1', '2'])
    expect(parameters?.['resource']).to.equal('a')
    expect(Object.prototype).not.to.have.property('x')
  })

  it('with a flow in the URL all other parameters are ignored', async () => {
    const world = new World()
    const agent = serve(world)
    const flow = locationOf(await agent.get(REQUEST)).replace('/login?', '')
    const answer = await agent.get(`/authorize?client_id=other&redirect_uri=https://evil.test&${flow}`)
    expect(locationOf(answer)).to.equal(`/login?${flow}`)
  })

  it('LOGIN-015: a flow is of no use in another browser', async () => {
    const world = new World()
    const flow = locationOf(await serve(world).get(REQUEST)).replace('/login?', '')
    const other = serve(world)
    await signIn(other)
    for (const path of ['/authorize', '/login', '/scopes']) expect((await other.get(`${path}?${flow}`)).status, path).to.equal(400)
    expect(world.events).to.deep.equal([])
  })

  it('HEAD never mints, and other methods are 405 with Allow', async () => {
    const world = new World()
    const agent = serve(world)
    await signIn(agent)
    world.approved = true
    const head = await agent.head(REQUEST)
    expect([head.status, head.headers['allow']]).to.deep.equal([405, 'GET, POST'])
    expect((await agent.delete(REQUEST)).status).to.equal(405)
    expect((await agent.options('/account/apps/revoke')).headers['allow']).to.equal('POST')
    expect(world.events).to.deep.equal([])
  })

  it('an outage is 503, and no cookie is replaced', async () => {
    const world = new World()
    const agent = serve(world)
    await signIn(agent)
    world.unavailable = new StoreUnavailable('down')
    const answer = await agent.get(REQUEST)
    expect(answer.status).to.equal(503)
    expect(answer.headers).to.have.property('retry-after')
    expect(cookiesOf(answer)).to.deep.equal([])
  })

  it('joins its answer to any redirect URI without changing a byte of it', async () => {
    for (const [uri, start] of [
      ['https://rp.test', 'https://rp.test?error='],
      ['https://rp.test/cb?', 'https://rp.test/cb?error='],
      ['https://rp.test/cb?a=%7e&', 'https://rp.test/cb?a=%7e&error='],
      ['com.example.app:/cb', 'com.example.app:/cb?error='],
      ['http://[::1]:61023/cb', 'http://[::1]:61023/cb?error='],
    ] as const) {
      const world = new World()
      world.request = () => ({ redirectUri: uri, error: 'invalid_request' })
      expect(locationOf(await serve(world).get('/authorize'))).to.equal(`${start}invalid_request&${ISS}`)
    }
  })
})

describe('POST /authorize', () => {
  const form = { client_id: CLIENT.id, redirect_uri: CLIENT.redirectUris[0], state: 'a b', flow: 'x' }

  it('answers 303 to the same request by GET, from any site, and touches no cookie', async () => {
    const world = new World()
    const agent = serve(world)
    await signIn(agent)
    world.approved = true
    const answer = await agent
      .post('/authorize')
      .set('Origin', 'https://rp.test')
      .set('Sec-Fetch-Site', 'cross-site')
      .type('form')
      .send(form)
    expect(answer.status).to.equal(303)
    const redirect = encodeURIComponent('https://rp.test/cb?of=1')
    expect(locationOf(answer)).to.equal(`/authorize?client_id=${CLIENT.id}&redirect_uri=${redirect}&state=a%20b`)
    expect(cookiesOf(answer)).to.deep.equal([])
    expect(world.events).to.deep.equal([])
  })

  it('proves client and redirect_uri first', async () => {
    const agent = serve(new World())
    for (const wrong of [{ client_id: 'unknown' }, { redirect_uri: 'https://evil.test' }]) {
      expect(
        (
          await agent
            .post('/authorize')
            .type('form')
            .send({ ...form, ...wrong })
        ).status,
      ).to.equal(400)
    }
    expect((await agent.post('/authorize').send(form)).status).to.equal(400)
    const big = { ...form, state: 'x'.repeat(100_000) }
    expect((await agent.post('/authorize').type('form').send(big)).status).to.equal(413)
  })

  it('works below the path of an issuer', async () => {
    const agent = serve(new World(), { issuer: 'https://as.test/t1' })
    expect(locationOf(await agent.post('/t1/authorize').type('form').send(form))).to.match(/^\/t1\/authorize\?client_id=/)
    expect(locationOf(await agent.get(`/t1${REQUEST}`))).to.match(/^\/t1\/login\?flow=/)
    expect((await agent.get(REQUEST)).status).to.equal(404)
  })
})
