import { expect } from 'chai'
import { StoreUnavailable } from '../../domain/errors.js'
import { cookiesOf, csrfOf, locationOf, REQUEST, serve, signIn, World } from './pages-fixture.js'
import { A_FACTOR } from './pages-people.js'

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
