import { expect } from 'chai'
import { TooManyAttempts } from '../../domain/errors.js'
import { NOW } from '../support/builders.js'
import { NEXT, signedIn } from './account-fixture.js'
import { cookiesOf, csrfOf, locationOf, serve, World } from './pages-fixture.js'
import { A_FACTOR, CODES, PASSWORD } from './pages-people.js'

describe('the account page', () => {
  it('has one form for each action, with one button, and the fields that it takes', async () => {
    const { page } = await signedIn({ secondFactor: A_FACTOR })
    const forms = [...page.text.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(([, action = '', inside = '']) => ({
      action,
      fields: [...inside.matchAll(/<input[^>]* name="([^"]*)"/g)].map(([, name]) => name).filter((name) => name !== '_csrf'),
      buttons: inside.match(/<button/g)?.length,
    }))
    for (const { buttons } of forms) expect(buttons).to.equal(1)
    expect(forms.map(({ action, fields }) => [action, ...fields])).to.deep.equal([
      ['/account/apps/revoke', 'client_id'],
      ['/account/sessions/end', 'session'],
      ['/account/sessions/end', 'session'],
      ['/account/sessions/end-others'],
      ['/account/password', 'current_password', 'new_password'],
      ['/account/otp/recovery-codes', 'current_password'],
      ['/account/otp/disable', 'current_password'],
    ])
    expect(page.text).to.include('3 recovery codes are left').and.include('href="/logout"')
    expect((await signedIn()).page.text)
      .to.include('action="/account/otp/enrol"')
      .and.not.include('otp/disable')
  })

  it('has an id once, and a label for each field', async () => {
    const { page } = await signedIn({ secondFactor: A_FACTOR })
    const ids = [...page.text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).to.equal(ids.length)
    for (const [, id] of page.text.matchAll(/<input(?![^>]*type="hidden")[^>]* id="([^"]*)"/g))
      expect(page.text).to.include(`for="${String(id)}"`)
  })

  it('shows security events in words, the newest first, with apps by their names', async () => {
    const { world, agent } = await signedIn()
    const client = (id: string) => ({ at: NOW, address: '192.0.2.9', clientId: id as never })
    for (const [token, who] of world.sessions) {
      const events = [
        { event: 'approval' as const, ...client('weather') },
        { event: 'withdrawal' as const, ...client('gone') },
        { event: 'password-changed' as const, at: NOW, address: 'cli' },
      ]
      world.sessions.set(token, { ...who, user: { ...who.user, events } })
    }
    const { text } = await agent.get('/account')
    const places = ['Password changed', 'Withdrew the access of <strong><bdi>gone<', 'Allowed <strong><bdi>Name of weather<'].map((words) =>
      text.indexOf(words),
    )
    expect(places)
      .to.deep.equal(places.toSorted((a, b) => a - b))
      .and.not.include(-1)
    expect(text).to.include('by the operator').and.include('<bdi>192.0.2.9</bdi>')
  })

  it('changes the password; a wrong or unfit one is the page with the problem at its field, and nothing typed in it', async () => {
    const { world, post } = await signedIn()
    const wrong = await post('password', { current_password: 'guess 1', new_password: NEXT })
    expect(wrong.status).to.equal(401)
    expect(wrong.text)
      .to.match(/href="#password".*id="password-problem"/s)
      .and.not.match(/guess 1|another horse/)
    const unfit = await post('password', { current_password: PASSWORD, new_password: 'short' })
    expect(unfit.status).to.equal(400)
    expect(unfit.text).to.match(/href="#new_password".*id="new_password-problem"/s)
    world.throttled = new TooManyAttempts(600)
    const late = await post('password', { current_password: PASSWORD, new_password: NEXT })
    expect([late.status, late.headers['retry-after']]).to.deep.equal([429, '600'])
    expect(late.text).to.include('in 10 minutes').and.not.include('password-problem')
    world.throttled = undefined
    expect(world.events).to.deep.equal([])
    const done = await post('password', { current_password: PASSWORD, new_password: 'tab\tand \u0007' })
    expect([done.status, locationOf(done), cookiesOf(done).length]).to.deep.equal([303, '/account?password-changed', 1])
    expect(world.events).to.deep.equal(['password tab\tand \u0007'])
  })

  it('says what was done, and nothing that the address makes up', async () => {
    const { agent } = await signedIn()
    expect((await agent.get('/account?others-ended')).text).to.include('All other sessions have ended.')
    for (const query of ['constructor', '__proto__', 'withdrawn&x=1', '<script>']) {
      const { status, text } = await agent.get(`/account?${encodeURI(query)}`)
      expect([status, text.includes('role="status"')], query).to.deep.equal([200, false])
    }
    for (const site of ['cross-site', 'same-site', 'none']) {
      const { status, text } = await agent.get('/account?second-factor-off').set('Sec-Fetch-Site', site)
      expect([status, text.includes('role="status"')], site).to.deep.equal([200, false])
    }
    expect((await agent.get('/account?second-factor-off').set('Sec-Fetch-Site', 'same-origin')).text).to.include('role="status"')
  })

  it('ends sessions; the end of this one is a sign-out', async () => {
    const { world, agent, post } = await signedIn()
    const [own] = [...world.sessions.values()].map(({ session }) => session.id)
    expect(locationOf(await post('sessions/end', { session: 'other' }))).to.equal('/account?session-ended')
    expect((await post('sessions/end', {})).status).to.equal(400)
    expect(world.events).to.deep.equal(['end other'])
    const ended = await post('sessions/end', { session: own })
    expect(locationOf(ended)).to.equal('/logout')
    expect(cookiesOf(ended)[0]).to.match(/^portcullis=; /)
    expect((await agent.get('/account')).status).to.equal(303)
  })

  it('shows other recovery codes as the answer to the POST, and turns the second factor off', async () => {
    const { world, post } = await signedIn({ secondFactor: A_FACTOR })
    for (const path of ['otp/recovery-codes', 'otp/disable']) {
      const wrong = await post(path, { current_password: 'wrong' })
      expect(
        [wrong.status, wrong.text.includes(`id="${path.replace('otp/disable', 'otp-disable').replace('otp/r', 'r')}-problem"`)],
        path,
      ).to.deep.equal([401, true])
    }
    const codes = await post('otp/recovery-codes', { current_password: PASSWORD })
    expect([codes.status, CODES.every((code) => codes.text.includes(`<code>${code}</code>`))]).to.deep.equal([200, true])
    const off = await post('otp/disable', { current_password: PASSWORD })
    expect([off.status, locationOf(off), cookiesOf(off).length]).to.deep.equal([303, '/account?second-factor-off', 1])
    expect(world.events).to.deep.equal(['renew codes', 'disable'])
  })
})

describe('signing in too often', () => {
  it('LOGIN-003 LOGIN-005 OAuth2.1 §7.7: is the sign-in page with 429 and Retry-After, the same for known and unknown names', async () => {
    const world = new World()
    world.throttled = new TooManyAttempts(899)
    const agent = serve(world)
    const _csrf = csrfOf(await agent.get('/login'))
    const tried = (username: string) => agent.post('/login').type('form').send({ _csrf, username, password: 'guess 1' })
    const [known, unknown] = [await tried('alice'), await tried('nobody')]
    for (const { status, headers, text } of [known, unknown]) {
      expect([status, headers['retry-after']]).to.deep.equal([429, '899'])
      expect(text).to.include('in 15 minutes').and.include('name="password"').and.not.include('guess 1').and.not.include('aria-invalid')
    }
    expect(known.text).to.equal(unknown.text.replaceAll('nobody', 'alice'))
    world.throttled = undefined
    expect((await agent.post('/login').type('form').send({ _csrf, username: 'alice', password: PASSWORD })).status).to.equal(303)
  })

  it('LOGIN-022 OAuth2.1 §7.12: a hostile name comes back as text, cut', async () => {
    const agent = serve(new World())
    const _csrf = csrfOf(await agent.get('/login'))
    for (const username of [
      '<script>alert(1)</script>',
      '"\'><img src=x onerror=alert(1)>',
      'x'.repeat(10_000),
      '\u202egnp.exe',
      '{{7*7}}${7*7}',
    ]) {
      const { status, text } = await agent.post('/login').type('form').send({ _csrf, username, password: 'wrong' })
      expect(status, username.slice(0, 40)).to.equal(401)
      expect(text).to.not.match(/<script|<img|x{201}/)
    }
    const nul = await agent.post('/login').type('form').send(`_csrf=${_csrf}&username=a%00b&password=wrong`)
    expect(nul.status).to.equal(400)
  })
})
