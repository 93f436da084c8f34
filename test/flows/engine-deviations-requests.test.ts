import { expect } from 'chai'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { codeOf, refreshTokenOf } from '../../domain/computed-credentials.js'
import type { BrowserId, FlowId } from '../../domain/ids.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { aGrantId, after as later, NOW } from '../support/builders.js'
import { expectErrorJson, expectErrorPage, expectTokens } from '../support/answers.js'
import { meddled } from '../support/meddled.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, authorizeUrl, freshCode, passThrough, pkce, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'
import { claimsOf, signIn } from './second-factor-people.js'

const OPEN = { isPublic: true, grants: ['authorization_code', 'refresh_token'] } as const
const FORM = 'application/x-www-form-urlencoded'

/*
 * What the grant engine (@jmondi/oauth2-server 4.3.7) gets wrong, by the number in the list of its deviations: all that is critical or high.
 * Here what concerns requests. Rows 18, 19 and 24 are in redirect-safety, 28 and 71 in authorization-refusals, 38 in refresh-refusals.
 */
onEachStore('deviations of the engine: requests', (store) => {
  const objects: string[] = []
  let server: TestServer
  let client: ClientWithSecret
  before(async () => {
    const before = (call: string, args: readonly unknown[]) => {
      if (/\.find\w*$/.test(call) && args.length > 0 && typeof args[0] !== 'string') objects.push(call)
    }
    server = await store.start({}, (storage) => meddled(storage, { before }), { now: () => NOW })
    client = await server.client()
  })
  after(() => server.stop())

  async function post(body: string, headers: Readonly<Record<string, string>>): Promise<TokenAnswer> {
    const response = await fetch(`${server.issuer}/token`, { method: 'POST', body, headers: { 'content-type': FORM, ...headers } })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
  }
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })

  it('engine 33 RFC 6749 §10.12: what was approved for one client and scope gives no other client, and no other scope, a code', async () => {
    const [one, other] = [await server.client(OPEN), await server.client()]
    const visitor = new Visitor()
    await freshCode(server.issuer, one, { visitor })
    for (const [who, scope] of [
      [other, 'read write'],
      [other, 'read'],
      [one, 'read write'],
    ] as const) {
      const page = await visitor.follow(await visitor.get(authorizeUrl(server.issuer, who, pkce(), { scope })))
      expect(page.text).to.include('name="decision"')
      expect(page.location).to.equal(undefined)
    }
    expect((await visitor.get(authorizeUrl(server.issuer, one, pkce()))).location).to.include('code=')
  })

  it('engine 34: a flow holds what the browser sent and no secret, and all of it is validated again before a code is made', async () => {
    const secrets = new SystemSecrets(server.config.secrets)
    const visitor = new Visitor()
    await signIn(visitor, server)
    const begun = await visitor.get(authorizeUrl(server.issuer, client, pkce()))
    const value = new URL(begun.location ?? '').searchParams.get('flow') ?? ''
    const flow = await server.storage.flows.find(secrets.digest(value) as FlowId)
    expect(Object.keys(flow?.parameters ?? {})).to.have.members([
      ...new URL(authorizeUrl(server.issuer, client, pkce())).searchParams.keys(),
    ])
    expect(JSON.stringify(flow))
      .to.not.include(client.secret ?? '')
      .and.not.include(client.client.secretHashes[0])
    const tampered = [{ redirect_uri: 'https://evil.test/cb' }, { client_id: 'unknown' }]
    for (const parameters of tampered) {
      const forged = secrets.random(32)
      const id = secrets.digest(forged) as FlowId
      const browser = secrets.digest(visitor.cookies.get('portcullis-browser') ?? '') as BrowserId
      await server.storage.flows.begin({
        ...flow!,
        id,
        browser,
        parameters: { ...flow!.parameters, ...parameters },
        expiresAt: later(60_000),
      })
      for (const path of ['/authorize', '/scopes'])
        expectErrorPage(await visitor.get(`${server.issuer}${path}?flow=${forged}`), 400, 'evil.test')
    }
    const widened = secrets.random(32)
    const parameters = { ...flow!.parameters, scope: 'admin' }
    await server.storage.flows.begin({ ...flow!, id: secrets.digest(widened) as FlowId, parameters })
    const { location } = await visitor.get(`${server.issuer}/authorize?flow=${widened}`)
    expect(new URL(location ?? '').searchParams.get('error')).to.equal('invalid_scope')
  })

  it('engine 39 RFC 6749 §5.2: a genuine code or refresh token whose grant the store has forgotten is invalid_grant, never a 5xx', async () => {
    const secrets = new SystemSecrets(server.config.secrets)
    const code = codeOf(aGrantId(), secrets)
    expectErrorJson(await redeem(server.issuer, client, { code, verifier: pkce().verifier }), 400, 'invalid_grant')
    for (const generation of [0, 1, 2, 2 ** 40])
      expectErrorJson(await refresh(server.issuer, client, refreshTokenOf(aGrantId(), generation, secrets)), 400, 'invalid_grant')
  })

  it('engine 48 RFC 7617 §2: a secret may hold colons, and nothing may follow it', async () => {
    const secret = 'ab:cd:ef:gh:ij:kl'
    const { client: known } = await server.client({ secret })
    const grant = 'grant_type=client_credentials'
    for (const right of [`${known.id}:${secret}`, `${known.id}:${encodeURIComponent(secret)}`])
      expectTokens(await post(grant, basic(right)))
    for (const wrong of [`${secret}:junk:more`, `${secret}:`, 'ab', 'ab:cd', secret.replaceAll(':', '')])
      expectErrorJson(await post(grant, basic(`${known.id}:${wrong}`)), 401, 'invalid_client')
    for (const wrong of [`${client.secret ?? ''}:junk:more`, `${client.secret ?? ''}:`])
      expectErrorJson(await post(grant, basic(`${client.client.id}:${wrong}`)), 401, 'invalid_client')
  })

  it('engine 55 RFC 6749 §2.3: a confidential client without its secret is nobody, for every grant, and a public one with a secret too', async () => {
    const [code, { body }] = [
      await freshCode(server.issuer, client),
      await redeem(server.issuer, client, await freshCode(server.issuer, client)),
    ]
    const asked = [
      { grant_type: 'authorization_code', code: code.code, code_verifier: code.verifier },
      { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) },
      { grant_type: 'client_credentials' },
    ]
    const open = await server.client(OPEN)
    for (const fields of asked) {
      const form = new URLSearchParams(fields).toString()
      for (const more of ['', '&client_secret=', '&client_secret=proved'])
        expectErrorJson(await post(`${form}&client_id=${client.client.id}${more}`, {}), 401, 'invalid_client')
      expectErrorJson(await post(form, basic(`${client.client.id}:`)), 401, 'invalid_client')
      expectErrorJson(await post(`${form}&client_id=${open.client.id}&client_secret=x`, {}), 401, 'invalid_client')
      expectTokens(await askToken(server.issuer, client, fields))
    }
  })

  it('engine 57: nothing but strings reaches the store, however a parameter is written', async () => {
    const id = encodeURIComponent(client.client.id)
    const forms = [
      'client_id[$ne]=x',
      'client_id[]=x',
      `client_id=${id}&client_secret[$ne]=x`,
      `client_id=${id}&code[a]=1&refresh_token[$ne]=x`,
    ]
    for (const form of forms)
      for (const grant of ['authorization_code', 'refresh_token', 'client_credentials'])
        expectErrorJson(await post(`grant_type=${grant}&${form}`, {}), 401, 'invalid_client', form)
    const json = JSON.stringify({ grant_type: 'client_credentials', client_id: { $ne: 'x' }, client_secret: { $ne: 'x' } })
    for (const type of ['application/json', FORM]) expect((await post(json, { 'content-type': type })).status).to.equal(400)
    for (const name of ['client_id[$ne]', 'redirect_uri[$ne]', 'flow[$ne]', 'state[$ne]'])
      await new Visitor().get(`${authorizeUrl(server.issuer, client, pkce())}&${name}=x`)
    expect(objects).to.deep.equal([])
  })

  it('engine 69 RFC 8707 §2, RFC 9068 §3: no parameter but resource decides aud, for any grant, and a refresh least of all', async () => {
    const wish = { audience: 'https://payroll.test', aud: 'https://payroll.test', 'audience[]': 'x' }
    const proof = pkce()
    const back = await passThrough(new Visitor(), authorizeUrl(server.issuer, client, proof, wish))
    const code = back.searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, code_verifier: proof.verifier, ...wish }
    const redeemed = await askToken(server.issuer, client, form)
    const refreshed = await refresh(server.issuer, client, redeemed.body['refresh_token'], wish)
    const own = await askToken(server.issuer, client, { grant_type: 'client_credentials', ...wish })
    for (const { body } of [redeemed, refreshed, own]) expect(claimsOf(body).aud).to.equal(server.issuer)
    const asked = await refresh(server.issuer, client, refreshed.body['refresh_token'], { resource: 'https://payroll.test' })
    expectErrorJson(asked, 400, 'invalid_target')
  })
})
