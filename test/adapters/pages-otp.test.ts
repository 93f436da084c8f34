import { expect } from 'chai'
import type supertest from 'supertest'
import { TooManyAttempts } from '../../domain/errors.js'
import { after, MINUTE } from '../support/builders.js'
import { cookiesOf, csrfOf, locationOf, REQUEST, serve, signIn, World } from './pages-fixture.js'
import { A_FACTOR, CODES, OTP, PASSWORD, SECRET } from './pages-people.js'

describe('the page that asks for the second factor', () => {
  async function half(secondFactor = A_FACTOR) {
    const world = Object.assign(new World(), { secondFactor })
    const agent = serve(world)
    const login = locationOf(await agent.get(REQUEST))
    await signIn(agent, 'alice', login)
    return { world, agent, path: login.replace('/login', '/login/otp') }
  }
  const post = async (agent: supertest.Agent, path: string, form: object) =>
    agent
      .post(path)
      .type('form')
      .send({ _csrf: csrfOf(await agent.get(path)), ...form })

  it('LOGIN-026 BROW-010 RFC 9700 §4.12: a right code leads on by 303, with another session', async () => {
    const { world, agent, path } = await half()
    const page = await agent.get(path)
    expect(page.text)
      .to.include('autocomplete="one-time-code"')
      .and.match(/<strong><bdi>[^<]+<\/bdi><\/strong>/)
    expect(page.headers['content-security-policy']).to.not.include('form-action')
    const [before] = world.sessions.keys()
    const done = await post(agent, path, { otp: OTP })
    expect([done.status, locationOf(done)]).to.deep.equal([303, path.replace('/login/otp', '/authorize')])
    expect([...world.sessions.keys()])
      .to.have.lengthOf(1)
      .and.not.include(before)
    expect(cookiesOf(done)[0]).to.match(/^portcullis=[\w-]{43}; path=\/; samesite=lax; httponly$/)
  })

  it('LOGIN-026: a wrong code is the same page with 401, the problem at the field, and no session', async () => {
    const { world, agent, path } = await half()
    const wrong = await post(agent, path, { otp: '"><svg>' })
    expect(wrong.status).to.equal(401)
    expect(wrong.text)
      .to.include('href="#otp"')
      .and.match(/id="otp-problem".*aria-invalid="true" aria-describedby="otp-hint otp-problem"/s)
    expect(wrong.text).to.not.include('"><svg>')
    expect(cookiesOf(wrong)).to.deep.equal([])
    expect([...world.sessions.values()].map(({ session }) => session.pending)).to.deep.equal(['otp'])
  })

  it('LOGIN-026: too many codes are the page with 429 and Retry-After, and no field is called wrong', async () => {
    const { world, agent, path } = await half()
    world.throttled = new TooManyAttempts(61)
    const late = await post(agent, path, { otp: OTP })
    expect([late.status, late.headers['retry-after']]).to.deep.equal([429, '61'])
    expect(late.text).to.include('in 2 minutes').and.include('name="otp"').and.not.include('otp-problem')
  })

  it('in a second tab the code that is done leads on, and a flow that is over is a page', async () => {
    const { agent, path } = await half()
    const _csrf = csrfOf(await agent.get(path))
    await post(agent, path, { otp: OTP })
    const second = await agent.post(path).type('form').send({ _csrf, otp: OTP })
    expect([second.status, locationOf(second)]).to.deep.equal([303, path.replace('/login/otp', '/authorize')])
    expect((await agent.get('/login/otp?flow=gone')).status).to.equal(400)
  })

  it('asks whoever is signed in for a client that demands it, and nobody for another', async () => {
    const world = new World()
    const agent = serve(world)
    const path = locationOf(await agent.get(REQUEST)).replace('/login', '/login/otp')
    await signIn(agent)
    expect(locationOf(await agent.get(path))).to.equal(path.replace('/login/otp', '/authorize'))
    world.isDemanded = true
    expect(locationOf(await agent.get(path.replace('/login/otp', '/authorize')))).to.equal(path.replace('/login/otp', '/account/otp/enrol'))
    for (const [token, who] of world.sessions) world.sessions.set(token, { ...who, user: { ...who.user, secondFactor: A_FACTOR } })
    expect(locationOf(await agent.get(path.replace('/login/otp', '/authorize')))).to.equal(path)
    const scopes = await agent.get(path.replace('/login/otp', '/scopes'))
    expect(locationOf(scopes)).to.equal(path.replace('/login/otp', '/authorize'))
    expect((await agent.get(path)).status).to.equal(200)
    expect((await post(agent, path, { otp: OTP })).status).to.equal(303)
    expect(locationOf(await agent.get(path.replace('/login/otp', '/authorize')))).to.equal(path.replace('/login/otp', '/scopes'))
  })

  it('an approval that was shown before the second factor became due approves nothing', async () => {
    const world = new World()
    const agent = serve(world)
    const path = locationOf(await agent.get(REQUEST)).replace('/login', '/scopes')
    await signIn(agent)
    const _csrf = csrfOf(await agent.get(path))
    world.isDemanded = true
    const answer = await agent.post(path).type('form').send({ _csrf, decision: 'allow' })
    expect([answer.status, locationOf(answer)]).to.deep.equal([303, path.replace('/scopes', '/authorize')])
    expect(world.events).to.deep.equal([])
  })
})

describe('setting a second factor up', () => {
  it('shows the secret as text and picture, the same again after a wrong code, and ten codes, each alone', async () => {
    const world = new World()
    const agent = serve(world)
    await signIn(agent)
    const page = await agent.get('/account/otp/enrol')
    expect(page.text)
      .to.include(`<code>${SECRET}</code>`)
      .and.match(/role="img" aria-label="QR code[^"]*"><svg/)
    const post = (otp: string) =>
      agent
        .post('/account/otp/confirm')
        .type('form')
        .send({ _csrf: csrfOf(page), otp })
    const wrong = await post('000000')
    expect([wrong.status, wrong.text.includes(`<code>${SECRET}</code>`)]).to.deep.equal([401, true])
    const done = await post(OTP)
    expect(done.status).to.equal(200)
    for (const code of CODES) expect(done.text).to.include(`<code>${code}</code>`)
    expect(done.text).to.include('href="/account"').and.not.include(SECRET)
    expect(locationOf(await agent.get('/account/otp/enrol'))).to.equal('/account')
  })

  it('asks for the password first when the sign-in is old, and keeps the flow', async () => {
    const world = Object.assign(new World(), { authTime: after(-15 * MINUTE), isDemanded: true })
    const agent = serve(world)
    const flow = locationOf(await agent.get(REQUEST)).replace('/login?', '')
    await signIn(agent)
    expect(locationOf(await agent.get(`/account/otp/enrol?${flow}`))).to.equal(`/account/confirm?${flow}`)
    const page = await agent.get(`/account/confirm?${flow}`)
    expect(page.headers['content-security-policy']).to.not.include('form-action')
    const confirm = (password: string) =>
      agent
        .post(`/account/confirm?${flow}`)
        .type('form')
        .send({ _csrf: csrfOf(page), password })
    expect((await confirm('wrong')).status).to.equal(401)
    expect(locationOf(await confirm(PASSWORD))).to.equal(`/account/otp/enrol?${flow}`)
  })
})
