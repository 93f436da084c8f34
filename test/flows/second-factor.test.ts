import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { PASSWORD } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, pkce, redeem, Visitor } from '../support/visitor.js'
import { wrongCode } from '../support/wrong-codes.js'
import { aServer, act, claimsOf, codeOf, enrol, recoveryCodesOn, secretOn, signIn, withOthers, type World } from './second-factor-people.js'

onEachStore('the second factor', (store) => {
  let server: World
  let world: World
  before(async () => {
    server = await aServer(store)
  })
  beforeEach(async () => {
    world = await withOthers(server)
  })
  after(() => server.stop())

  const inFlow = async (visitor: Visitor, draft: Parameters<World['client']>[0] = {}) => {
    const client = await world.client(draft)
    const proof = pkce()
    return { client, proof, page: await visitor.follow(await visitor.get(authorizeUrl(world.issuer, client, proof))) }
  }
  const typePassword = async (visitor: Visitor, page: Parameters<Visitor['submit']>[0]) =>
    visitor.follow(await visitor.submit(page, { username: world.alice, password: PASSWORD }))

  it('is set up with a code, shown as text and as a picture; ten recovery codes are shown once', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    const asked = await act(visitor, world, 'otp/enrol')
    expect([asked.status, asked.location]).to.deep.equal([303, `${world.issuer}/account/otp/enrol`])
    const page = await visitor.follow(asked)
    const secret = secretOn(page)
    expect(page.text).to.include('<svg').and.include(`otpauth://totp/Portcullis:${world.alice}?`)
    const before = visitor.cookies.get('portcullis')
    const wrong = await visitor.submit(page, { otp: wrongCode(secret, world.clock.now().getTime()) })
    expect([wrong.status, secretOn(wrong)]).to.deep.equal([401, secret])
    const done = await visitor.submit(wrong, { otp: codeOf(secret, world) })
    expect([done.status, new Set(recoveryCodesOn(done)).size]).to.deep.equal([200, 10])
    expect(visitor.cookies.get('portcullis')).to.not.equal(before)
    const account = await visitor.get(`${world.issuer}/account`)
    expect(account.text).to.include('10 recovery codes are left').and.include('Second factor turned on')
    expect(recoveryCodesOn(account)).to.deep.equal([])
    expect((await visitor.get(`${world.issuer}/account/otp/enrol`)).location).to.equal(`${world.issuer}/account`)
    const user = await world.storage.users.find((await world.administering.user(world.alice)).id)
    expect(user?.secondFactor?.recoveryCodes).to.have.lengthOf(10)
    for (const code of recoveryCodesOn(done)) expect(JSON.stringify(user)).to.not.include(code)
    expect(JSON.stringify(user)).to.not.include(secret)
  })

  it('LOGIN-026 RFC 6749 §3.1: between password and code there is no session: no code, no account, no approval', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    const { secret } = await enrol(visitor, world)
    const half = new Visitor()
    const { page, client, proof } = await inFlow(half)
    const flow = new URL(page.url).searchParams.get('flow') ?? ''
    const asked = await typePassword(half, page)
    expect(new URL(asked.url).pathname).to.equal('/login/otp')
    for (const path of [`/authorize?flow=${flow}`, `/authorize?${new URL(authorizeUrl(world.issuer, client, proof)).search.slice(1)}`]) {
      expect(new URL((await half.get(`${world.issuer}${path}`)).location ?? '').pathname, path).to.equal('/login/otp')
    }
    expect((await half.get(`${world.issuer}/scopes?flow=${flow}`)).location).to.equal(`${world.issuer}/authorize?flow=${flow}`)
    for (const path of ['/account', '/account/otp/enrol', '/account/confirm'])
      expect((await half.get(`${world.issuer}${path}`)).location, path).to.equal(`${world.issuer}/login/otp`)
    const replay = new Visitor()
    replay.cookies.set('portcullis', half.cookies.get('portcullis') ?? '')
    expect((await replay.get(`${world.issuer}/account`)).location).to.equal(`${world.issuer}/login/otp`)
    const before = half.cookies.get('portcullis')
    const done = await half.submit(asked, { otp: codeOf(secret, world) })
    expect([done.status, done.location]).to.deep.equal([303, `${world.issuer}/authorize?flow=${flow}`])
    expect(half.cookies.get('portcullis')).to.not.equal(before)
    expect((await replay.get(`${world.issuer}/account`)).location).to.equal(`${world.issuer}/login`)
    const back = await half.submit(await half.follow(done), { decision: 'allow' })
    const code = new URL(back.location ?? '').searchParams.get('code') ?? ''
    const claims = claimsOf((await redeem(world.issuer, client, { code, verifier: proof.verifier })).body)
    expect(claims['amr']).to.deep.equal(['pwd', 'otp', 'mfa'])
    expect(claims['auth_time']).to.equal(Math.floor(world.clock.now().getTime() / 1000))
  })

  it('LOGIN-026: a code is accepted once, and at most ten are tried', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    const { secret } = await enrol(visitor, world)
    const otp = codeOf(secret, world)
    const [first, second] = [new Visitor(), new Visitor()]
    expect((await first.submit(await signIn(first, world), { otp })).status).to.equal(303)
    const page = await signIn(second, world)
    const statuses: number[] = []
    let last = page
    for (let i = 0; i < 11; i++) {
      last = await second.submit(page, { otp })
      statuses.push(last.status)
    }
    expect(statuses).to.deep.equal([...Array<number>(10).fill(401), 429])
    expect(Number(last.headers.get('retry-after'))).to.be.within(1, 900)
    expect(last.text).to.include('too many attempts').and.include('name="otp"')
    expect((await visitor.get(`${world.issuer}/account`)).status).to.equal(200)
    world.clock.pass(16 * 60_000)
    const again = new Visitor()
    expect((await again.submit(await signIn(again, world), { otp: codeOf(secret, world) })).status).to.equal(303)
  })

  it('a recovery code stands in for it once, and the person can see that it did', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    const { codes } = await enrol(visitor, world)
    const [code = ''] = codes
    const [first, second] = [new Visitor(), new Visitor()]
    const account = await first.follow(await first.submit(await signIn(first, world), { otp: ` ${code.toUpperCase()} ` }))
    expect(account.text).to.include('9 recovery codes are left')
    // Events of a sign-in are written beside its answer.
    const shown = async () => (await first.get(`${world.issuer}/account`)).text
    expect(await eventually(shown, (text) => text.includes('Recovery code used'))).to.include('Recovery code used')
    expect((await second.submit(await signIn(second, world), { otp: code })).status).to.equal(401)
  })

  it('a half-signed-in person may leave, or start over as somebody else', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    await enrol(visitor, world)
    const half = new Visitor()
    await signIn(half, world)
    expect((await half.get(`${world.issuer}/login`)).text).to.include('name="password"')
    const bob = await half.submit(await half.get(`${world.issuer}/login`), { username: world.bob, password: PASSWORD })
    expect((await half.follow(bob)).text).to.include(world.bob)
    const other = new Visitor()
    await signIn(other, world)
    const left = await other.submit(await other.get(`${world.issuer}/logout`), {})
    expect([left.status, left.location]).to.deep.equal([303, `${world.issuer}/logout`])
    expect((await other.get(`${world.issuer}/login/otp`)).location).to.equal(`${world.issuer}/login`)
    expect(await world.storage.sessions.list({ userId: (await world.administering.user(world.alice)).id })).to.have.lengthOf(1)
  })

  it('a client that demands it has people enrol first, and then go on to approval', async () => {
    const visitor = new Visitor()
    const { client, proof, page } = await inFlow(visitor, { requireOtp: true })
    const enrolment = await typePassword(visitor, page)
    expect(new URL(enrolment.url).pathname).to.equal('/account/otp/enrol')
    expect(enrolment.text).to.include('Test client')
    const flow = new URL(enrolment.url).searchParams.get('flow') ?? ''
    expect((await visitor.get(`${world.issuer}/scopes?flow=${flow}`)).location).to.equal(`${world.issuer}/authorize?flow=${flow}`)
    const done = await visitor.submit(enrolment, { otp: codeOf(secretOn(enrolment), world) })
    expect(done.text).to.include(`href="/authorize?flow=${flow}"`)
    const approval = await visitor.follow(await visitor.get(`${world.issuer}/authorize?flow=${flow}`))
    const back = new URL((await visitor.submit(approval, { decision: 'allow' })).location ?? '')
    const answer = await redeem(world.issuer, client, { code: back.searchParams.get('code') ?? '', verifier: proof.verifier })
    expect(claimsOf(answer.body)['amr']).to.deep.equal(['pwd', 'otp', 'mfa'])
  })

  it('a client that demands it asks those who signed in before they had one, and those whose password is no longer fresh', async () => {
    const [early, late] = [new Visitor(), new Visitor()]
    await signIn(early, world)
    await signIn(late, world)
    const { secret } = await enrol(late, world)
    const { page } = await inFlow(early, { requireOtp: true, firstParty: true })
    expect(new URL(page.url).pathname).to.equal('/login/otp')
    expect((await early.submit(page, { otp: wrongCode(secret, world.clock.now().getTime()) })).status).to.equal(401)
    const code = await early.submit(page, { otp: codeOf(secret, world) })
    expect((await early.follow(code)).location).to.match(/^https:\/\/rp\.test\/cb\?code=/)
    const bob = new Visitor()
    await signIn(bob, world, world.bob)
    world.clock.pass(16 * 60_000)
    const { page: confirm } = await inFlow(bob, { requireOtp: true })
    expect(new URL(confirm.url).pathname).to.equal('/account/confirm')
    const enrolment = await bob.follow(await bob.submit(confirm, { password: PASSWORD }))
    expect(new URL(enrolment.url).pathname).to.equal('/account/otp/enrol')
  })

  it('an operator can take it away; the person is told, and nobody is stuck half way', async () => {
    const visitor = new Visitor()
    await signIn(visitor, world)
    await enrol(visitor, world)
    const half = new Visitor()
    const page = await signIn(half, world)
    await world.administering.resetOtp(world.alice, { requestId: 'test', address: 'cli' })
    expect((await half.submit(page, { otp: '000000' })).location).to.equal(`${world.issuer}/login`)
    expect((await half.get(`${world.issuer}/login/otp`)).location).to.equal(`${world.issuer}/login`)
    const account = await signIn(half, world)
    expect(account.text).to.include('Second factor turned off').and.include('by the operator')
    const { page: enrolment } = await inFlow(visitor, { requireOtp: true, firstParty: true })
    expect(new URL(enrolment.url).pathname, 'it was shown at this sign-in, but it is no more').to.equal('/account/otp/enrol')
  })
})
