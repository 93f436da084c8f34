import { expect } from 'chai'
import { PASSWORD } from '../support/server.js'
import { MEMORY, onEachStore } from '../support/stores.js'
import { authorizeUrl, passThrough, pkce, redeem, Visitor } from '../support/visitor.js'
import { aServer, csrfOn, signIn, type World } from './second-factor-people.js'

const SOURCE = { requestId: 'test', address: 'cli' }

onEachStore('approval', (store) => {
  let world: World
  before(async () => {
    world = await aServer(store)
  })
  after(() => world.stop())

  /** The approval screen of a client, for alice. */
  async function asked(draft: Parameters<World['client']>[0] = {}, parameters: Readonly<Record<string, string>> = {}) {
    const [client, visitor, proof] = [await world.client(draft), new Visitor(), pkce()]
    await signIn(visitor, world)
    const page = await visitor.follow(await visitor.get(authorizeUrl(world.issuer, client, proof, parameters)))
    return { client, visitor, proof, page }
  }

  it('CONS-004 OAuth2.1 §7.12: fields that are sent along change nothing', async () => {
    const { client, visitor, proof, page } = await asked()
    const other = await world.client()
    const back = await visitor.submit(page, {
      decision: 'allow',
      client_id: other.client.id,
      redirect_uri: 'https://evil.test/cb',
      scope: 'read write admin',
      state: 'other',
      user_id: (await world.administering.user('bob')).id,
    })
    const location = new URL(back.location ?? '')
    expect([location.origin, location.searchParams.get('state')]).to.deep.equal(['https://rp.test', 'S1'])
    const code = location.searchParams.get('code') ?? ''
    expect((await redeem(world.issuer, other, { code, verifier: proof.verifier })).body['error']).to.equal('invalid_grant')
    const { body } = await redeem(world.issuer, client, { code, verifier: proof.verifier })
    expect(body['scope']).to.equal('read')
  })

  it('CONS-008 RFC 6749 §3.3: one more scope than was approved is asked for, and marked', async () => {
    const { client, visitor, page } = await asked()
    await visitor.submit(page, { decision: 'allow' })
    const again = await visitor.get(authorizeUrl(world.issuer, client, pkce()))
    expect(again.location).to.include('https://rp.test/cb?code=')
    const more = await visitor.follow(await visitor.get(authorizeUrl(world.issuer, client, pkce(), { scope: 'read write' })))
    expect(more.text)
      .to.include('name="decision"')
      .and.match(/To write things<\/bdi>\s*<span class="tag">New/)
    expect(more.text).to.not.match(/To read things<\/bdi>\s*<span class="tag">New/)
  })

  it('CONS-012 RFC 6749 §4.1.2.1: a client that is disabled meanwhile gets a page, and no code', async () => {
    const { client, visitor, page } = await asked()
    await world.administering.disableClient(client.client.id, SOURCE)
    world.clock.pass(1_000)
    const answer = await visitor.submit(page, { decision: 'allow' })
    expect([answer.status, answer.location]).to.deep.equal([400, undefined])
    expect(await world.storage.grants.list({ clientId: client.client.id }, world.clock.now())).to.deep.equal([])
  })

  it('CONS-014: an app on the device is warned of, by its address', async () => {
    const { page } = await asked(
      { isPublic: true, grants: ['authorization_code'], redirectUris: ['http://127.0.0.1/cb'] },
      { redirect_uri: 'http://127.0.0.1:5123/cb' },
    )
    expect(page.text)
      .to.include('127.0.0.1:5123')
      .and.match(/class="message message-care"[^]*program on this device/)
  })

  it('CONC-008 RFC 6749 §4.1.2: of ten parallel submits of one form one gets a code', async () => {
    const { visitor, page } = await asked()
    const answers = await Promise.all(Array.from({ length: 10 }, () => visitor.submit(page, { decision: 'allow' })))
    expect(answers.filter(({ location }) => location?.includes('code=') === true)).to.have.lengthOf(1)
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, ...Array<number>(9).fill(400)])
  })

  it("BROW-012 OAuth2.1 §7.12: a client's name is text, whatever it says", async () => {
    for (const name of ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '{{7*7}}', '${7*7}', '#{7*7}']) {
      const { visitor, page } = await asked({ name })
      await visitor.submit(page, { decision: 'allow' })
      for (const { text } of [page, await visitor.get(`${world.issuer}/account`)])
        expect(text)
          .to.include(name.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'))
          .and.not.match(/<script|<img/)
    }
  })

  it('LOGIN-020 RFC 9700 §4.7: a screen that alice saw gives bob no code', async () => {
    const { visitor, page } = await asked()
    await visitor.submit(await visitor.get(`${world.issuer}/logout`), {})
    await signIn(visitor, world, 'bob')
    const answer = await visitor.submit(page, { decision: 'allow' })
    expect([answer.status, answer.location]).to.deep.equal([403, undefined])
  })

  it('BROW-025 ASVS 2.1.11: the sign-in form is one that password managers know', async () => {
    const { text } = await new Visitor().get(`${world.issuer}/login`)
    expect(text)
      .to.match(/<form method="post" action="\/login"/)
      .and.match(/<label for="password">/)
    expect(text).to.match(/<input id="password" type="password" name="password" autocomplete="current-password" required/)
    expect(csrfOn({ text } as never)).to.match(/^[\w-]{43}$/)
  })

  it('LOGIN-003 OAuth2.1 §7.7: an unknown name and a wrong password differ in nothing', async () => {
    const answers = []
    for (const username of ['alice', 'nobody']) {
      const visitor = new Visitor()
      const page = await visitor.submit(await visitor.get(`${world.issuer}/login`), { username, password: 'wrong' })
      const headers = [...page.headers]
        .filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name))
        .map(([name, value]) => [name, name === 'set-cookie' ? value.replace(/(portcullis-browser|expires)=[^;]*/g, '$1') : value])
      answers.push({ status: page.status, headers, text: page.text.replace(csrfOn(page), '').replace(username, '') })
    }
    expect(answers[0]).to.deep.equal(answers[1])
    expect(answers[0]?.status).to.equal(401)
  })

  // No more than a slow store answers in the time of a request: people of one network take turns.
  const PEOPLE = store === MEMORY ? 50 : 10
  it(`${PEOPLE} people at once from one network each get their own code`, async () => {
    // After the wrong passwords above, which this network would otherwise have to make up for.
    world.clock.pass(16 * 60_000)
    const people = Array.from({ length: PEOPLE }, (_, i) => `person ${i.toString()}`)
    const ids: string[] = []
    // One after the other: a password waits 4 s for its turn to be hashed, and no longer.
    for (const username of people) ids.push((await world.administering.createUser({ username, password: PASSWORD }, SOURCE)).id)
    const client = await world.client()
    const subjects = await Promise.all(
      people.map(async (username) => {
        const proof = pkce()
        const back = await passThrough(new Visitor(), authorizeUrl(world.issuer, client, proof), username)
        const { body } = await redeem(world.issuer, client, { code: back.searchParams.get('code') ?? '', verifier: proof.verifier })
        return (JSON.parse(Buffer.from(String(body['access_token']).split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub
      }),
    )
    expect(subjects).to.deep.equal(ids)
  }).timeout(60_000)
})
