import { expect } from 'chai'
import { after, MINUTE } from '../support/builders.js'
import { NEXT, signedIn } from './account-fixture.js'
import { cookiesOf, csrfOf, locationOf } from './pages-fixture.js'
import { A_FACTOR, OTP, PASSWORD } from './pages-people.js'

const ACTIONS = [
  'apps/revoke',
  'sessions/end',
  'sessions/end-others',
  'password',
  'otp/enrol',
  'otp/confirm',
  'otp/disable',
  'otp/recovery-codes',
]

describe('what a person has to show before the account is changed', () => {
  it('asks whoever signed in before there was a second factor for it: every action leads there and does nothing', async () => {
    const { world, agent, post } = await signedIn()
    expect(locationOf(await agent.get('/login/otp'))).to.equal('/account')
    for (const [token, who] of world.sessions) world.sessions.set(token, { ...who, user: { ...who.user, secondFactor: A_FACTOR } })
    expect((await agent.get('/account')).status, 'looking is free').to.equal(200)
    for (const path of ACTIONS) {
      const answer = await post(path, { client_id: 'x', session: 'x', current_password: PASSWORD, new_password: NEXT, otp: OTP })
      expect([answer.status, locationOf(answer)], path).to.deep.equal([303, '/login/otp'])
    }
    expect(world.events).to.deep.equal([])
    expect((await agent.get('/login/otp')).text).to.include('name="otp"')
    const _csrf = csrfOf(await agent.get('/login/otp'))
    const proved = await agent.post('/login/otp').type('form').send({ _csrf, otp: OTP })
    expect([proved.status, locationOf(proved)]).to.deep.equal([303, '/account'])
  })

  it('asks for the password first once the sign-in is 15 minutes old: every action leads there and does nothing', async () => {
    const { world, agent, post } = await signedIn({ authTime: after(-15 * MINUTE) })
    for (const path of ACTIONS) {
      const answer = await post(path, { client_id: 'x', session: 'x', current_password: PASSWORD, new_password: NEXT, otp: OTP })
      expect([answer.status, locationOf(answer)], path).to.deep.equal([303, '/account/confirm'])
    }
    expect(world.events).to.deep.equal([])
    const page = await agent.get('/account/confirm')
    expect(page.text).to.include('autocomplete="current-password"')
    expect((await post('confirm', { password: 'guess 1' })).status).to.equal(401)
    const confirmed = await post('confirm', { password: PASSWORD })
    expect([confirmed.status, locationOf(confirmed), cookiesOf(confirmed).length]).to.deep.equal([303, '/account', 1])
    expect(locationOf(await agent.get('/account/confirm'))).to.equal('/account')
  })
})
