import { expect } from 'chai'
import { StoreUnavailable } from '../../domain/errors.js'
import { cookiesOf, csrfOf, locationOf, REQUEST, serve, signIn, World } from './pages-fixture.js'
import { A_FACTOR, PASSWORD } from './pages-people.js'

describe('whatever goes wrong with a form', () => {
  const form = (agent: ReturnType<typeof serve>, path: string, body: object | string) => agent.post(path).type('form').send(body)
  async function asked() {
    const world = new World()
    const agent = serve(world)
    const signed = await signIn(agent, 'alice', locationOf(await agent.get(REQUEST)))
    const path = locationOf(await agent.get(locationOf(signed)))
    return { world, agent, path, onward: path.replace('/scopes', '/authorize'), _csrf: csrfOf(await agent.get(path)) }
  }

  it('BROW-021: a form of a flow that is no longer valid leads on with the flow', async () => {
    const { agent, path, onward } = await asked()
    const refused = await form(agent, path, { _csrf: 'stale', decision: 'allow' })
    expect(refused.status).to.equal(403)
    expect(refused.text).to.include(`href="${onward}"`).and.include('Go on')
    expect(locationOf(await agent.get(onward))).to.equal(path)
  })

  it('CONC-020: with the store down it says that it may not have been done, and leads on', async () => {
    const { world, agent, path, onward, _csrf } = await asked()
    world.unavailable = new StoreUnavailable('down')
    const answer = await form(agent, path, { _csrf, decision: 'allow' })
    expect(answer.status).to.equal(503)
    expect(answer.headers).to.have.property('retry-after')
    expect(answer.text).to.include('may not have been done').and.include(`href="${onward}"`).and.not.include('Nothing was lost')
    expect(world.events).to.deep.equal([])
  })

  it('a field that is there twice, or none of the buttons, is a form that could not be read, and no link', async () => {
    const { world, agent, path, onward, _csrf } = await asked()
    for (const fields of [`_csrf=${_csrf}&decision=allow&decision=allow`, `_csrf=${_csrf}`, `_csrf=${_csrf}&decision=%ff`]) {
      const { status, text } = await form(agent, path, fields)
      expect(status, fields).to.equal(400)
      expect(text).to.include('This form could not be read').and.include(`href="${onward}"`).and.not.include('This link')
    }
    expect(world.events).to.deep.equal([])
  })

  it('what was pasted with a tab or a line break is judged like anything that is typed', async () => {
    const world = Object.assign(new World(), { secondFactor: A_FACTOR })
    const agent = serve(world)
    const half = locationOf(await agent.get(locationOf(await signIn(agent, 'alice', locationOf(await agent.get(REQUEST))))))
    const _csrf = csrfOf(await agent.get(half))
    expect((await form(agent, half, { _csrf, otp: '654321\t\r\n' })).status).to.equal(401)
    expect(world.events.at(-1)).to.equal('prove 654321\t\r\n')
  })

  it('BROW-021: says when a browser sent no cookie at all, for a form as for a flow', async () => {
    const { world, path, _csrf } = await asked()
    const form = await serve(world).post('/login').type('form').send({ _csrf, username: 'alice', password: PASSWORD })
    const flow = await serve(world).get(path)
    expect([form.status, flow.status]).to.deep.equal([403, 400])
    for (const { text } of [form, flow]) expect(text).to.include('Your browser sent no cookie').and.include('href="/account"')
    const [session = ''] = world.sessions.keys()
    const late = serve(world).post('/account/password').set('Cookie', `portcullis=${session}`)
    expect((await late.type('form').send({ _csrf: 'stale' })).text, 'the browser has a session, and its day is over')
      .to.include('the first time may have counted')
      .and.not.include('sent no cookie')
    const withCookie = serve(world)
    await withCookie.get('/login')
    expect((await withCookie.get(path)).text)
      .to.include('began in another browser')
      .and.not.include('sent no cookie')
  })

  it('ERR-002: the address of a form, opened as a page, leads to the account', async () => {
    const { agent } = await asked()
    for (const path of ['/account/password', '/account/otp/recovery-codes']) {
      const { status, text } = await agent.get(path)
      expect([status, text.includes('href="/account"')], path).to.deep.equal([405, true])
    }
  })

  it('who changes to another account is still doing so after a wrong password', async () => {
    const { agent, path } = await asked()
    const login = `${path.replace('/scopes', '/login')}&switch=1`
    const page = await agent.get(login)
    expect(page.text)
      .to.include(`action="${login.replace('&', '&amp;')}"`)
      .and.include('You are signed in as')
    const wrong = await form(agent, login, { _csrf: csrfOf(page), username: 'bob', password: 'wrong' })
    expect(wrong.status).to.equal(401)
    expect(wrong.text)
      .to.include(`action="${login.replace('&', '&amp;')}"`)
      .and.include('You are signed in as')
    const stale = await form(agent, login, { _csrf: 'stale', username: 'bob', password: PASSWORD })
    expect(stale.text).to.include(`href="${path.replace('/scopes', '/authorize')}"`)
  })

  it('the browser keeps its value for a day from the last page on, so that the form on it is good', async () => {
    const agent = serve(new World())
    const [first] = cookiesOf(await agent.get('/login'))
    const value = /^portcullis-browser=[\w-]{43}/.exec(first ?? '')?.[0]
    expect(value).to.be.a('string')
    for (const path of ['/login', REQUEST]) {
      const [again = ''] = cookiesOf(await agent.get(path))
      expect(again, path).to.match(new RegExp(`^${value}; .*expires=`, 'i'))
    }
  })
})
