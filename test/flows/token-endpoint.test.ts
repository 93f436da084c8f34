import { expect } from 'chai'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorJson, expectTokens } from '../support/answers.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, redeem, refresh, type TokenAnswer } from '../support/visitor.js'

const FORM = 'application/x-www-form-urlencoded'

onEachStore('the token endpoint', (store) => {
  let server: TestServer
  let client: ClientWithSecret
  let authorization: string
  before(async () => {
    server = await store.start()
    client = await server.client()
    const halves = [client.client.id, client.secret ?? ''].map((half) => encodeURIComponent(half))
    authorization = `Basic ${Buffer.from(halves.join(':')).toString('base64')}`
  })
  after(() => server.stop())

  /** A request as it is written, by the client unless `headers` say otherwise. */
  async function post(body: string, headers: Readonly<Record<string, string>> = {}, query = ''): Promise<TokenAnswer> {
    const init = { method: 'POST', body, headers: { 'content-type': FORM, authorization, ...headers } }
    const response = await fetch(`${server.issuer}/token${query}`, init)
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
  }
  const written = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString()
  const aRedemption = async () => {
    const { code, verifier } = await freshCode(server.issuer, client)
    return { grant_type: 'authorization_code', code, code_verifier: verifier }
  }

  it('TOKEN-003 RFC 6749 §2.3.1: what stands in the query gives nobody a token, and burns nothing', async () => {
    const { code, ...rest } = await aRedemption()
    const { refresh_token: token } = (await redeem(server.issuer, client, await freshCode(server.issuer, client))).body
    const secrets = written({ client_id: client.client.id, client_secret: client.secret ?? '' })
    expectErrorJson(await post(written({ ...rest, code }), { authorization: '' }, `?${secrets}`), 400, 'invalid_request')
    expectErrorJson(await post(written(rest), {}, `?code=${code}`), 400, 'invalid_request')
    expectErrorJson(await post('grant_type=refresh_token', {}, `?refresh_token=${String(token)}`), 400, 'invalid_request')
    expectErrorJson(await post(`code=${code}&${written(rest)}`, {}, '?grant_type=authorization_code'), 400, 'invalid_request')
    expectTokens(await post(written({ ...rest, code })))
    expectTokens(await post(written({ grant_type: 'refresh_token', refresh_token: String(token) })))
  })

  it('TOKEN-005 RFC 6749 §5.2: an empty body, or one that is not called a form, is invalid_request', async () => {
    expectErrorJson(await post(''), 400, 'invalid_request')
    expectErrorJson(await post('&&'), 400, 'invalid_request')
    for (const type of ['', 'text/plain', 'application/json'])
      expectErrorJson(await post('grant_type=client_credentials', { 'content-type': type }), 400, 'invalid_request', type)
  })

  it('TOKEN-007 TOKEN-022 RFC 6749 §5.2: an unknown grant_type, and a name in another case', async () => {
    for (const unknown of ['foo', 'Authorization_Code', 'password', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code'])
      expectErrorJson(await post(written({ grant_type: unknown })), 400, 'unsupported_grant_type', unknown)
    for (const name of ['Grant_Type', 'GRANT_TYPE', 'grant-type'])
      expectErrorJson(await post(`${name}=client_credentials`), 400, 'invalid_request', name)
  })

  it('TOKEN-009 RFC 6749 §3.2, §5.2: any parameter twice, the same or not, is invalid_request, and burns nothing', async () => {
    const redemption = { ...(await aRedemption()), redirect_uri: 'https://rp.test/cb', client_id: client.client.id }
    for (const [name, value] of Object.entries(redemption))
      for (const again of [value, 'other', ''])
        expectErrorJson(await post(`${written(redemption)}&${written({ [name]: again })}`), 400, 'invalid_request', name)
    for (const name of ['refresh_token', 'scope'])
      expectErrorJson(await post(`grant_type=refresh_token&${name}=read&${name}=read`), 400, 'invalid_request', name)
    expectTokens(await post(written(redemption)))
  })

  it('TOKEN-010 TOKEN-011 TOKEN-012 RFC 6749 §3.2, §5.1: unknown and empty parameters are ignored, and the answer has its form', async () => {
    const answer = await post(written({ ...(await aRedemption()), foo: 'bar', scope: '', redirect_uri: '' }))
    expectTokens(answer)
    for (const name of ['etag', 'set-cookie', 'last-modified']) expect(answer.headers.has(name), name).to.equal(false)
    expect(answer.headers.get('x-content-type-options')).to.equal('nosniff')
    expect(Object.keys(answer.body)).to.have.members(['access_token', 'token_type', 'expires_in', 'scope', 'refresh_token'])
  })

  it('TOKEN-016 RFC 6749 App. B: what is wrongly encoded is invalid_request', async () => {
    const { code_verifier: verifier } = await aRedemption()
    for (const code of ['%zz', '%', '%00', '%ed%a0%80', '%ff', '%c0%af', 'a%0ab', 'a%7f'])
      expectErrorJson(await post(`grant_type=authorization_code&code_verifier=${verifier}&code=${code}`), 400, 'invalid_request', code)
  })

  it('TOKEN-018 OAuth2.1 §3.2: a script of any origin can read refusals too', async () => {
    const from = { origin: 'https://spa.test' }
    const refusals = [
      await post('grant_type=foo', from),
      await post('grant_type=client_credentials', { ...from, authorization: 'Basic eDp5' }),
    ]
    expect(refusals.map(({ status }) => status)).to.deep.equal([400, 401])
    for (const { headers } of [...refusals, await post('grant_type=client_credentials', from)]) {
      expect(headers.get('access-control-allow-origin')).to.equal('*')
      expect(headers.has('access-control-allow-credentials')).to.equal(false)
    }
  })

  it('TOKEN-019 RFC 6749 §5.1, §5.2: the answer is JSON, whatever is preferred', async () => {
    const wishes = { accept: 'text/html', 'accept-language': 'zh' }
    expectTokens(await post('grant_type=client_credentials', wishes))
    expectErrorJson(await post('grant_type=foo', wishes), 400, 'unsupported_grant_type')
  })

  it('CAUTH-002 RFC 6749 §2.3.1, OAuth2.1 §2.4.1: client_secret_post with the right secret gets tokens by every grant', async () => {
    const draft = { authMethod: 'client_secret_post', scopes: ['read', 'write'] } as const
    const [whole, modest] = [await server.client(draft), await server.client({ ...draft, grants: ['authorization_code'] })]
    const redeemed = await redeem(server.issuer, whole, await freshCode(server.issuer, whole))
    const refreshed = await refresh(server.issuer, whole, redeemed.body['refresh_token'])
    const own = await askToken(server.issuer, whole, { grant_type: 'client_credentials' })
    const once = await redeem(server.issuer, modest, await freshCode(server.issuer, modest))
    for (const [answer, hasRefreshToken] of [
      [redeemed, true],
      [refreshed, true],
      [own, false],
      [once, false],
    ] as const) {
      expectTokens(answer)
      expect(answer.body).to.include({ token_type: 'Bearer', scope: 'read' })
      expect('refresh_token' in answer.body).to.equal(hasRefreshToken)
    }
  })

  it('TOKEN-024 RFC 9700 §2.2: an access token of any grant lives ten minutes', async () => {
    const given = await redeem(server.issuer, client, await freshCode(server.issuer, client))
    const refreshed = await askToken(server.issuer, client, {
      grant_type: 'refresh_token',
      refresh_token: String(given.body['refresh_token']),
    })
    const own = await askToken(server.issuer, client, { grant_type: 'client_credentials' })
    expect([given, refreshed, own].map(({ body }) => body['expires_in'])).to.deep.equal([600, 600, 600])
  })
})
