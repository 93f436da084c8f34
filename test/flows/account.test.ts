import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { PASSWORD } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, freshCode, pkce, redeem, refresh, Visitor, type Page } from '../support/visitor.js'
import { aServer, act, enrol, recoveryCodesOn, signIn, withOthers, type World } from './second-factor-people.js'

const NEXT = 'another horse, staple'
const MINUTES = 60_000

onEachStore('the account page', (store) => {
  let server: World
  let world: World
  before(async () => {
    server = await aServer(store)
  })
  beforeEach(async () => {
    world = await withOthers(server)
  })
  after(() => server.stop())

  const time = () => world.clock.now().toISOString()
  const account = (visitor: Visitor): Promise<Page> => visitor.get(`${world.issuer}/account`)
  const sessionsOn = ({ text }: Page): readonly string[] => [...text.matchAll(/name="session" value="([^"]*)"/g)].map(([, id = '']) => id)
  const idOf = (visitor: Visitor): string =>
    createHash('sha256')
      .update(visitor.cookies.get('portcullis') ?? '')
      .digest('base64url')
  const isSignedIn = async (visitor: Visitor): Promise<boolean> => (await account(visitor)).status === 200
  const done = ({ location }: Page): string | undefined => location?.replace(world.issuer, '')

  it('CONS-010 OAuth2.1 §7.9: lists what an app may do, since when and when it was last used; withdrawn, its tokens and codes are worth nothing', async () => {
    const visitor = new Visitor()
    const client = await world.client({ name: 'Weather <b>' })
    const used = await redeem(world.issuer, client, await freshCode(world.issuer, client, { visitor, username: world.alice }))
    const outstanding = await freshCode(world.issuer, client, { visitor, username: world.alice })
    const page = await account(visitor)
    expect(page.text)
      .to.include('Weather &lt;b&gt;')
      .and.include('To read things')
      .and.include(`Since <time datetime="${time()}">`)
      .and.include(`Last used <time datetime="${time()}">`)
    world.clock.pass(2 * MINUTES)
    const successor = await refresh(world.issuer, client, used.body['refresh_token'])
    expect((await account(visitor)).text).to.include(`Last used <time datetime="${time()}">`)
    expect(done(await act(visitor, world, 'apps/revoke', { client_id: client.client.id }))).to.equal('/account?withdrawn')
    const after = await account(visitor)
    expect(after.text).to.not.include(`value="${client.client.id}"`)
    expect(after.text).to.include('Withdrew the access of <strong><bdi>Weather &lt;b&gt;</bdi>').and.include('Allowed <strong>')
    expect((await refresh(world.issuer, client, successor.body['refresh_token'])).body['error']).to.equal('invalid_grant')
    expect((await redeem(world.issuer, client, outstanding)).body['error']).to.equal('invalid_grant')
  })

  it('lists the sessions with this one marked; ends one, all others, and none of somebody else', async () => {
    const [here, there, elsewhere, bob] = [new Visitor(), new Visitor(), new Visitor(), new Visitor()]
    for (const visitor of [here, there, elsewhere]) await signIn(visitor, world)
    await signIn(bob, world, world.bob)
    const page = await account(here)
    expect(page.text.match(/This browser/g)).to.have.lengthOf(1)
    expect(sessionsOn(page)).to.have.lengthOf(3)
    const [bobs = ''] = sessionsOn(await account(bob))
    expect(done(await act(here, world, 'sessions/end', { session: bobs }))).to.equal('/account?session-ended')
    expect(await isSignedIn(bob)).to.equal(true)
    await act(here, world, 'sessions/end', { session: idOf(elsewhere) })
    expect(await isSignedIn(elsewhere)).to.equal(false)
    expect(sessionsOn(await account(here))).to.have.lengthOf(2)
    const before = here.cookies.get('portcullis')
    expect(done(await act(here, world, 'sessions/end-others'))).to.equal('/account?others-ended')
    expect(here.cookies.get('portcullis')).to.not.equal(before)
    expect(await Promise.all([here, there, elsewhere, bob].map(isSignedIn))).to.deep.equal([true, false, false, true])
    expect(sessionsOn(await account(here))).to.deep.equal([idOf(here)])
    expect(done(await act(here, world, 'sessions/end', { session: idOf(here) }))).to.equal('/logout')
    expect(here.cookies.has('portcullis')).to.equal(false)
  })

  it('LOGIN-021: a changed password ends the other sessions, renews this one and keeps the grants', async () => {
    const [here, there] = [new Visitor(), new Visitor()]
    const client = await world.client()
    const tokens = await redeem(world.issuer, client, await freshCode(world.issuer, client, { visitor: here, username: world.alice }))
    await signIn(there, world)
    const before = here.cookies.get('portcullis')
    const wrong = await act(here, world, 'password', { current_password: 'wrong', new_password: NEXT })
    expect(wrong.status).to.equal(401)
    expect(wrong.text)
      .to.match(/id="password-problem".*The current password is not right/s)
      .and.not.include(NEXT)
    const short = await act(here, world, 'password', { current_password: PASSWORD, new_password: 'short' })
    expect(short.status).to.equal(400)
    expect(short.text)
      .to.match(/id="new_password-problem".*at least 8 characters/s)
      .and.not.include(PASSWORD)
    expect(await isSignedIn(there)).to.equal(true)
    expect(done(await act(here, world, 'password', { current_password: PASSWORD, new_password: NEXT }))).to.equal(
      '/account?password-changed',
    )
    expect(here.cookies.get('portcullis')).to.not.equal(before)
    expect([await isSignedIn(here), await isSignedIn(there)]).to.deep.equal([true, false])
    expect((await refresh(world.issuer, client, tokens.body['refresh_token'])).status).to.equal(200)
    expect((await signIn(new Visitor(), world, world.alice, PASSWORD)).status).to.equal(401)
    expect((await signIn(there, world, world.alice, NEXT)).text).to.include('Password changed')
  })

  it('the current password is throttled like a sign-in, with its problem said on the page', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    const answers: Page[] = []
    for (let i = 0; i < 11; i++)
      answers.push(await act(visitor, world, 'password', { current_password: `wrong ${i.toString()}`, new_password: NEXT }))
    expect(answers.map(({ status }) => status)).to.deep.equal([...Array<number>(10).fill(401), 429])
    expect(Number(answers[10]?.headers.get('retry-after'))).to.be.within(1, 900)
    expect(answers[10]?.text).to.include('too many attempts').and.include('name="new_password"')
    expect(await isSignedIn(visitor)).to.equal(true)
  })

  it('turns the second factor off and makes other recovery codes, each with the current password', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    const { codes } = await enrol(visitor, world)
    expect((await act(visitor, world, 'otp/recovery-codes', { current_password: 'wrong' })).status).to.equal(401)
    const renewed = await act(visitor, world, 'otp/recovery-codes', { current_password: PASSWORD })
    expect(renewed.status).to.equal(200)
    expect(recoveryCodesOn(renewed)).to.have.lengthOf(10).and.not.include.members([codes[0]])
    const half = new Visitor()
    expect((await half.submit(await signIn(half, world), { otp: codes[0] ?? '' })).status).to.equal(401)
    const wrong = await act(visitor, world, 'otp/disable', { current_password: 'wrong' })
    expect(wrong.text).to.match(/id="otp-disable-problem".*The current password is not right/s)
    expect(done(await act(visitor, world, 'otp/disable', { current_password: PASSWORD }))).to.equal('/account?second-factor-off')
    expect(done(await act(visitor, world, 'otp/disable', { current_password: PASSWORD }))).to.equal('/account')
    expect(done(await act(visitor, world, 'otp/recovery-codes', { current_password: PASSWORD }))).to.equal('/account')
    expect((await signIn(new Visitor(), world)).text)
      .to.include('It is off')
      .and.include('Second factor turned off')
  })

  it('asks for the password first when the sign-in is older than 15 minutes; then nothing is done, and it comes back', async () => {
    const [visitor, other] = [new Visitor(), new Visitor()]
    await signIn(visitor, world)
    await signIn(other, world)
    world.clock.pass(15 * MINUTES)
    const [theirs = ''] = sessionsOn(await account(other))
    const actions: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['apps/revoke', { client_id: 'demo' }],
      ['sessions/end', { session: theirs }],
      ['sessions/end-others', {}],
      ['password', { current_password: PASSWORD, new_password: NEXT }],
      ['otp/enrol', {}],
      ['otp/confirm', { otp: '000000' }],
      ['otp/disable', { current_password: PASSWORD }],
      ['otp/recovery-codes', { current_password: PASSWORD }],
    ]
    for (const [path, fields] of actions) {
      const answer = await act(visitor, world, path, fields)
      expect([answer.status, done(answer)], path).to.deep.equal([303, '/account/confirm'])
    }
    expect([await isSignedIn(visitor), await isSignedIn(other)]).to.deep.equal([true, true])
    const asked = await visitor.get(`${world.issuer}/account/confirm`)
    const wrong = await visitor.submit(asked, { password: 'wrong' })
    expect([wrong.status, wrong.text.includes('id="password-problem"')]).to.deep.equal([401, true])
    const before = visitor.cookies.get('portcullis')
    expect(done(await visitor.submit(wrong, { password: PASSWORD }))).to.equal('/account')
    expect(visitor.cookies.get('portcullis')).to.not.equal(before)
    expect(done(await act(visitor, world, 'sessions/end-others'))).to.equal('/account?others-ended')
    const stale = new Visitor()
    await signIn(stale, world)
    world.clock.pass(16 * MINUTES)
    expect((await stale.submit(await stale.get(`${world.issuer}/logout`), {})).location).to.equal(`${world.issuer}/logout`)
  })

  it('LOGIN-017 ASVS 3.3: idle and absolute lifetimes end a session in the store', async () => {
    const visitor = new Visitor()
    const request = authorizeUrl(world.issuer, await world.client(), pkce())
    const isAskedToSignIn = async () => new URL((await visitor.get(request)).location ?? '').pathname === '/login'
    await signIn(visitor, world)
    world.clock.pass(11 * 60 * MINUTES)
    expect(await isSignedIn(visitor)).to.equal(true)
    world.clock.pass(12 * 60 * MINUTES + 1)
    expect([done(await account(visitor)), await isAskedToSignIn()]).to.deep.equal(['/login', true])
    await signIn(visitor, world)
    for (let hours = 0; hours < 30 * 24; hours += 10) {
      expect(await isSignedIn(visitor), hours.toString()).to.equal(true)
      world.clock.pass(10 * 60 * MINUTES)
    }
    expect([done(await account(visitor)), await isAskedToSignIn()]).to.deep.equal(['/login', true])
  })

  it('LOGIN-021: a person who is disabled, or whose password an operator sets, has to sign in again', async () => {
    const source = { requestId: 'test', address: 'cli' }
    const [alice, bob] = [new Visitor(), new Visitor()]
    await signIn(alice, world)
    await signIn(bob, world, world.bob)
    await world.administering.disableUser(world.alice, source)
    await world.administering.setPassword(world.bob, NEXT, source)
    expect([done(await account(alice)), done(await account(bob))]).to.deep.equal(['/login', '/login'])
    expect((await signIn(alice, world)).status).to.equal(401)
    expect((await signIn(bob, world, world.bob, NEXT)).text).to.match(/Password changed.*by the operator/s)
  })

  /** The account page, once it shows that: events of a sign-in are written beside its answer. */
  const shownTo = (visitor: Visitor, isShown: (text: string) => boolean): Promise<string> =>
    eventually(async () => (await account(visitor)).text, isShown)

  it('keeps the last twenty events, newest first, with time and address, refusals included', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    world.clock.pass(MINUTES)
    await signIn(new Visitor(), world, world.alice, 'wrong')
    const text = await shownTo(visitor, (shown) => shown.includes('A sign-in was refused'))
    expect(text.indexOf('A sign-in was refused')).to.be.within(1, text.lastIndexOf('Signed in'))
    expect(text).to.match(new RegExp(`<time datetime="${time()}">[^<]*</time>\\s+from <strong><bdi>(127\\.0\\.0\\.1|::1)<`))
    for (let i = 0; i < 25; i++) await signIn(new Visitor(), world)
    const addressesOn = (shown: string) => shown.match(/(127\.0\.0\.1|::1)/g) ?? []
    expect(addressesOn(await shownTo(visitor, (shown) => addressesOn(shown).length >= 20))).to.have.lengthOf(20)
  })
})
