import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorJson, expectTokens } from '../support/answers.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, introspect, redeem, refresh, type TokenAnswer } from '../support/visitor.js'
import { aServer, claimsOf, type World } from './second-factor-people.js'

const OPEN = { isPublic: true, grants: ['authorization_code', 'refresh_token'] } as const
const SECOND = 1_000
const SOURCE = { requestId: 'test', address: 'cli' }

onEachStore('redeeming a code', (store) => {
  let world: World
  let client: ClientWithSecret
  before(async () => {
    world = await aServer(store)
    client = await world.client({ redirectUris: ['https://rp.test/cb', 'https://rp.test/other'] })
  })
  after(() => world.stop())

  const form = ({ code, verifier }: { code: string; verifier: string }) => ({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
  })
  const expectInvalidGrant = (answer: TokenAnswer, what?: string) => expectErrorJson(answer, 400, 'invalid_grant', what)

  it('RESP-005 RFC 6749 §4.1.2: a code lives 60 seconds, and no longer', async () => {
    for (const [passed, isGood] of [
      [59, true],
      [60, false],
      [62, false],
      [600, false],
    ] as const) {
      const code = await freshCode(world.issuer, client)
      world.clock.pass(passed * SECOND)
      const answer = await redeem(world.issuer, client, code)
      if (isGood) expectTokens(answer)
      else expectInvalidGrant(answer, `after ${passed} s`)
    }
  })

  it('RESP-005 RFC 6749 §4.1.2: however long CODE_TTL is, ten minutes are the most', async () => {
    const patient = await aServer(store, { CODE_TTL: '10m' })
    try {
      const own = await patient.client()
      const [early, late] = [await freshCode(patient.issuer, own), await freshCode(patient.issuer, own)]
      patient.clock.pass(599 * SECOND)
      expectTokens(await redeem(patient.issuer, own, early))
      patient.clock.pass(3 * SECOND)
      expectInvalidGrant(await redeem(patient.issuer, own, late))
    } finally {
      await patient.stop()
    }
  })

  for (const seconds of [0, 1, 30, 62])
    it(`CODE-002 RFC 6749 §4.1.2: a code that comes again after ${seconds} s is refused, and ends what it gave`, async () => {
      const code = await freshCode(world.issuer, client)
      const first = await redeem(world.issuer, client, code)
      expectTokens(first)
      const second = await refresh(world.issuer, client, first.body['refresh_token'])
      world.clock.pass(seconds * SECOND)
      expectInvalidGrant(await redeem(world.issuer, client, code))
      for (const { body } of [first, second]) {
        expectInvalidGrant(await refresh(world.issuer, client, body['refresh_token']))
        expect((await introspect(world.issuer, client, body['access_token'])).body).to.deep.equal({ active: false })
      }
    })

  it('CODE-002 RFC 6749 §4.1.2: one that comes again while its person is disabled ends what it gave; one that comes first stays', async () => {
    const codes = [await freshCode(world.issuer, client, { username: 'bob' }), await freshCode(world.issuer, client, { username: 'bob' })]
    const [spent, fresh] = codes as [(typeof codes)[0], (typeof codes)[0]]
    const { body } = await redeem(world.issuer, client, spent)
    await world.administering.disableUser('bob', SOURCE)
    for (const code of codes) expectInvalidGrant(await redeem(world.issuer, client, code))
    await world.administering.enableUser('bob', SOURCE)
    expectInvalidGrant(await refresh(world.issuer, client, body['refresh_token']))
    expect((await introspect(world.issuer, client, body['access_token'])).body).to.deep.equal({ active: false })
    expectTokens(await redeem(world.issuer, client, fresh))
  })

  it('CODE-002 RFC 6749 §4.1.2: it ends nothing then without the proof', async () => {
    const code = await freshCode(world.issuer, client, { username: 'bob' })
    const { body } = await redeem(world.issuer, client, code)
    await world.administering.disableUser('bob', SOURCE)
    const other = await world.client()
    expectInvalidGrant(await redeem(world.issuer, other, code))
    expectInvalidGrant(await redeem(world.issuer, client, { ...code, verifier: 'v'.repeat(43) }))
    expectInvalidGrant(await askToken(world.issuer, client, { ...form(code), redirect_uri: 'https://rp.test/other' }))
    await world.administering.enableUser('bob', SOURCE)
    expectTokens(await refresh(world.issuer, client, body['refresh_token']))
  })

  it('CODE-006 RFC 6749 §4.1.3: a public client that leaves out its client_id is nobody, and the code stays', async () => {
    const open = await world.client(OPEN)
    const code = await freshCode(world.issuer, open)
    const body = new URLSearchParams(form(code))
    const response = await fetch(`${world.issuer}/token`, { method: 'POST', body })
    const { status, headers } = response
    expectErrorJson({ status, headers, body: (await response.json()) as Record<string, unknown> }, 401, 'invalid_client')
    expectTokens(await redeem(world.issuer, open, code))
  })

  it('CODE-007 CODE-008 RFC 6749 §5.2: what is no code is invalid_grant, none is invalid_request, and neither leaves a trace', async () => {
    const { verifier } = await freshCode(world.issuer, client)
    const before = await world.storage.maintenance.status()
    const garbage = ['garbage', 'x'.repeat(10_000), `pc_ac_${'A'.repeat(64)}`, "' OR 1=1--", '../../x', '{"$ne":"x"}', 'null', '__proto__']
    for (const code of garbage) expectInvalidGrant(await redeem(world.issuer, client, { code, verifier }), code.slice(0, 20))
    const none = [{}, { code: '' }, { 'code[$ne]': 'x' }, { 'code[]': 'x' }, { Code: 'x' }]
    for (const fields of none) {
      const answer = await askToken(world.issuer, client, { grant_type: 'authorization_code', code_verifier: verifier, ...fields })
      expectErrorJson(answer, 400, 'invalid_request', JSON.stringify(fields))
    }
    expect((await world.storage.maintenance.status()).rows).to.deep.equal(before.rows)
  })

  it('CODE-009 RFC 6749 §4.1.3: another redirect_uri, registered or not, is refused and burns nothing', async () => {
    const code = await freshCode(world.issuer, client)
    const others = ['https://rp.test/other', 'https://evil.test/cb', 'https://rp.test/cb/', 'https://rp.test/cb?', 'https://rp.test:443/cb']
    for (const uri of others) expectInvalidGrant(await askToken(world.issuer, client, { ...form(code), redirect_uri: uri }), uri)
    expectTokens(await askToken(world.issuer, client, { ...form(code), redirect_uri: 'https://rp.test/cb' }))
  })

  it('CODE-009 OAuth2.1 §10.2: one that is left out, or empty, is not compared, since the verifier binds the code', async () => {
    for (const more of [{}, { redirect_uri: '' }])
      expectTokens(await askToken(world.issuer, client, { ...form(await freshCode(world.issuer, client)), ...more }))
  })

  it('CODE-013 RFC 6749 §4.1.3: a scope that is sent along is ignored', async () => {
    for (const scope of ['read write admin', 'write', 'bogus', '  ']) {
      const answer = await askToken(world.issuer, client, { ...form(await freshCode(world.issuer, client)), scope })
      expectTokens(answer)
      expect([answer.body['scope'], claimsOf(answer.body)['scope']]).to.deep.equal(['read', 'read'])
      expect((await refresh(world.issuer, client, answer.body['refresh_token'])).body['scope']).to.equal('read')
    }
  })

  it('CODE-015 RFC 6749 §5.2: no token is a code, and no code a refresh token', async () => {
    const { body } = await redeem(world.issuer, client, await freshCode(world.issuer, client))
    const code = await freshCode(world.issuer, client)
    for (const wrong of [body['access_token'], body['refresh_token']])
      expectInvalidGrant(await redeem(world.issuer, client, { ...code, code: String(wrong) }))
    for (const wrong of [code.code, body['access_token'], code.code.replace('pc_ac_', 'pc_rt_')])
      expectInvalidGrant(await refresh(world.issuer, client, wrong))
    expectTokens(await redeem(world.issuer, client, code))
    expectTokens(await refresh(world.issuer, client, body['refresh_token']))
  })

  it('TOKEN-012 AT-002 RFC 9068 §2: the seven claims of an access token have their types, and it says when the person signed in', async () => {
    const { body } = await redeem(world.issuer, client, await freshCode(world.issuer, client))
    const claims = decodeJwt(String(body['access_token']))
    for (const name of ['iss', 'sub', 'client_id', 'jti', 'scope']) expect(claims[name], name).to.be.a('string').and.not.equal('')
    for (const name of ['exp', 'iat', 'auth_time']) expect(Number.isInteger(claims[name]), name).to.equal(true)
    expect(claims.aud).to.equal(world.issuer)
    expect(claims.iat).to.equal(Math.floor(world.clock.now().getTime() / 1000))
  })
})
