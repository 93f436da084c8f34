import { expect } from 'chai'
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import { expectErrorJson, expectErrorRedirect } from '../support/answers.js'
import { slow } from '../support/slow.js'
import { PASSWORD, type TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, introspect, pkce, authorizeUrl, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'

onEachStore('authorization code flow', (store) => {
  let server: TestServer
  before(async () => {
    server = await store.start({}, (storage) => slow(storage))
  })
  after(() => server.stop())

  const expectInvalidGrant = (answer: TokenAnswer) => expectErrorJson(answer, 400, 'invalid_grant')

  it('RESP-001 RFC 6749 §4.1.2, RFC 9207 §2: a signed-in and approving person arrives at the client with one code, state and iss', async () => {
    const client = await server.client()
    const { redirect } = await freshCode(server.issuer, client)
    expect(redirect.href.startsWith('https://rp.test/cb?')).to.equal(true)
    expect([...redirect.searchParams.keys()].sort()).to.deep.equal(['code', 'iss', 'state'])
    expect(redirect.searchParams.getAll('state')).to.deep.equal(['S1'])
    expect(redirect.searchParams.getAll('iss')).to.deep.equal([server.issuer])
    expect(redirect.hash).to.equal('')
  })

  it('TOKEN-012 AT-002 RFC 6749 §5.1, RFC 9068 §2.2: the code becomes a verifiable access token and a refresh token', async () => {
    const client = await server.client()
    const answer = await redeem(server.issuer, client, await freshCode(server.issuer, client))
    expect(answer.status).to.equal(200)
    expect(answer.body).to.include({ token_type: 'Bearer', expires_in: 600, scope: 'read' })
    expect(answer.body['refresh_token']).to.match(/^pc_rt_/)
    const jwks = (await (await fetch(`${server.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet
    const alice = await server.administering.user('alice')
    const { payload, protectedHeader } = await jwtVerify(String(answer.body['access_token']), createLocalJWKSet(jwks), {
      issuer: server.issuer,
      audience: server.issuer,
      typ: 'at+jwt',
    })
    expect(protectedHeader.alg).to.equal('ES256')
    expect(payload).to.include({ sub: alice.id, client_id: client.client.id, scope: 'read' })
    expect(payload['amr']).to.deep.equal(['pwd'])
    expect(Number(payload.exp) - Number(payload.iat)).to.equal(600)
  })

  it(`CONC-001 RFC 6749 §4.1.2: of ${store.contenders} parallel redemptions one succeeds, the others are invalid_grant and the grant ends`, async () => {
    const client = await server.client()
    const visitor = new Visitor()
    for (let round = 0; round < 5; round++) {
      const code = await freshCode(server.issuer, client, { visitor })
      const answers = await Promise.all(Array.from({ length: store.contenders }, () => redeem(server.issuer, client, code)))
      const won = answers.filter(({ status }) => status === 200)
      expect(won).to.have.lengthOf(1)
      for (const answer of answers.filter(({ status }) => status !== 200)) expectInvalidGrant(answer)
      expectInvalidGrant(await refresh(server.issuer, client, won[0]?.body['refresh_token']))
    }
  })

  it('CODE-002 RFC 6749 §4.1.2: a code redeemed twice ends the grant with all that it issued', async () => {
    const client = await server.client()
    const code = await freshCode(server.issuer, client)
    const first = await redeem(server.issuer, client, code)
    expectInvalidGrant(await redeem(server.issuer, client, code))
    expectInvalidGrant(await refresh(server.issuer, client, first.body['refresh_token']))
  })

  it('RFC 6749 §4.1.2: a replay ends the grant whatever else is wrong with the request', async () => {
    const client = await server.client()
    const code = await freshCode(server.issuer, client)
    const first = await redeem(server.issuer, client, code)
    const form = { grant_type: 'authorization_code', code: code.code, code_verifier: code.verifier, resource: 'https://unknown.test/' }
    expectInvalidGrant(await askToken(server.issuer, client, form))
    expectInvalidGrant(await refresh(server.issuer, client, first.body['refresh_token']))
  })

  it('CODE-004 PKCE-012 CODE-009 RFC 6749 §4.1.3, RFC 7636 §4.6: a wrong client, verifier or redirect_uri burns nothing', async () => {
    const client = await server.client({ redirectUris: ['https://rp.test/cb', 'https://rp.test/other'] })
    const other = await server.client()
    const code = await freshCode(server.issuer, client)
    const challenge = pkce().challenge
    expectInvalidGrant(await redeem(server.issuer, other, code))
    expectInvalidGrant(await redeem(server.issuer, client, { ...code, verifier: challenge }))
    const form = { grant_type: 'authorization_code', code: code.code, code_verifier: code.verifier }
    expectInvalidGrant(await askToken(server.issuer, client, { ...form, redirect_uri: 'https://rp.test/other' }))
    expect((await askToken(server.issuer, client, { ...form, redirect_uri: 'https://rp.test/cb' })).status).to.equal(200)
  })

  it('CODE-007 CODE-015 RFC 6749 §5.2: a forged, cut or foreign kind of code is invalid_grant', async () => {
    const client = await server.client()
    const { code, verifier } = await freshCode(server.issuer, client)
    const flipped = code.slice(0, -1) + (code.endsWith('A') ? 'B' : 'A')
    for (const bad of ['garbage', 'x'.repeat(9000), flipped, code.slice(0, -1), `${code}A`, code.toUpperCase(), `pc_rt_${code.slice(6)}`]) {
      expectInvalidGrant(await redeem(server.issuer, client, { code: bad, verifier }))
    }
    expect((await redeem(server.issuer, client, { code, verifier })).status).to.equal(200)
  })

  it('CONS-006 CONS-008 RFC 6749 §10.2: an approval is remembered, a new scope asks again, a withdrawal forgets', async () => {
    const client = await server.client()
    const visitor = new Visitor()
    await freshCode(server.issuer, client, { visitor })
    const again = await visitor.get(authorizeUrl(server.issuer, client, pkce()))
    expect(again.location).to.match(/^https:\/\/rp\.test\/cb\?code=/)
    const wider = await visitor.follow(await visitor.get(authorizeUrl(server.issuer, client, pkce(), { scope: 'read write' })))
    expect(wider.text).to.include('name="decision"')
    const account = await visitor.get(`${server.issuer}/account`)
    await visitor.submit({ ...account, url: `${server.issuer}/account/apps/revoke` }, { client_id: client.client.id })
    const after = await visitor.follow(await visitor.get(authorizeUrl(server.issuer, client, pkce())))
    expect(after.text).to.include('name="decision"')
  })

  it('AUTHZ-031 RESP-003 RFC 6749 §4.1.2.1, RFC 9207 §2: Deny answers access_denied with state and iss by 303', async () => {
    const client = await server.client()
    const visitor = new Visitor()
    await visitor.submit(await visitor.get(`${server.issuer}/login`), { username: 'alice', password: PASSWORD })
    const page = await visitor.follow(await visitor.get(authorizeUrl(server.issuer, client, pkce())))
    const denied = await visitor.submit(page, { decision: 'deny' })
    expect(denied.status).to.equal(303)
    expectErrorRedirect(denied, 'access_denied', server)
    expect(denied.location).to.equal(`https://rp.test/cb?error=access_denied&state=S1&iss=${encodeURIComponent(server.issuer)}`)
    expect(await server.storage.grants.list({ clientId: client.client.id }, new Date()), 'no grant, no code').to.deep.equal([])
  })

  it('CONC-008 RFC 6749 §4.1.2: ten parallel submits of one approval make one code', async () => {
    const client = await server.client()
    const visitor = new Visitor()
    await visitor.submit(await visitor.get(`${server.issuer}/login`), { username: 'alice', password: PASSWORD })
    const page = await visitor.follow(await visitor.get(authorizeUrl(server.issuer, client, pkce())))
    const answers = await Promise.all(Array.from({ length: 10 }, () => visitor.submit(page, { decision: 'allow' })))
    expect(answers.filter(({ location }) => location?.includes('code='))).to.have.lengthOf(1)
    for (const answer of answers.filter(({ location }) => location === undefined)) expect(answer.status).to.equal(400)
  })

  it('--first-party skips the approval screen', async () => {
    const client = await server.client({ firstParty: true })
    const visitor = new Visitor()
    await visitor.submit(await visitor.get(`${server.issuer}/login`), { username: 'alice', password: PASSWORD })
    expect((await visitor.get(authorizeUrl(server.issuer, client, pkce()))).location).to.include('code=')
  })

  it('CONS-010: /account lists first-party clients too, and withdrawing one kills its outstanding code', async () => {
    const client = await server.client({ firstParty: true, name: 'House app' })
    const visitor = new Visitor()
    const code = await freshCode(server.issuer, client, { visitor })
    const account = await visitor.get(`${server.issuer}/account`)
    expect(account.text).to.include('House app').and.include('To read things')
    const done = await visitor.submit({ ...account, url: `${server.issuer}/account/apps/revoke` }, { client_id: client.client.id })
    expect((await visitor.follow(done)).text).to.not.include(`value="${client.client.id}"`)
    expectInvalidGrant(await redeem(server.issuer, client, code))
  })

  const PEOPLE = 2 * store.contenders
  it(`CONC-010 RFC 6749 §10: ${PEOPLE} flows at once, each of another person, give tokens for that person, client and scope`, async () => {
    const { issuer, administering } = server
    const clients = [await server.client({ firstParty: true }), await server.client({ firstParty: true })]
    const people: { visitor: Visitor; id: string }[] = []
    const join = async (i: number) => {
      const username = `person-${i}`
      const { id } = await administering.createUser({ username, password: PASSWORD }, { requestId: 'test', address: 'cli' })
      const visitor = new Visitor()
      await visitor.submit(await visitor.get(`${issuer}/login`), { username, password: PASSWORD })
      people.push({ visitor, id })
    }
    for (let i = 0; i < PEOPLE; i += 4) await Promise.all([0, 1, 2, 3].map((more) => join(i + more)))
    await Promise.all(
      people.map(async ({ visitor, id }, i) => {
        const [client, scope] = [clients[i % 2]!, i % 3 === 0 ? 'read' : 'read write']
        const { body } = await redeem(issuer, client, await freshCode(issuer, client, { visitor, parameters: { scope } }))
        const expected = { sub: id, client_id: client.client.id, scope }
        expect(decodeJwt(String(body['access_token']))).to.include(expected)
        expect((await introspect(issuer, client, body['access_token'])).body).to.include({ active: true, ...expected })
      }),
    )
  }).timeout(60_000)
})
