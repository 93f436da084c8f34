import { expect } from 'chai'
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorJson, expectErrorRedirect, expectTokens } from '../support/answers.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { askBackChannel, askToken, authorizeUrl, freshCode, pkce, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'

const OPERATOR = { requestId: 'test', address: 'cli' }
const API = 'https://api.test/mcp'
const OFF = [
  'registration',
  'pushed_authorization',
  'device_authorization',
  'userinfo',
  'end_session',
  'dpop',
  'request',
  'id_token',
  'tls_client',
]
type Method = 'client_secret_basic' | 'client_secret_post' | 'none'
type Document = Readonly<Record<string, unknown>>

/** Every value that is advertised is used, and every one that is not, though it has a name of its own, is refused. */
describe('what the metadata advertise', () => {
  let server: TestServer
  let document: Document
  let clients: Readonly<Record<Method, ClientWithSecret>>
  before(async () => {
    server = await startTestServer()
    await server.administering.createResource({ uri: API, name: 'API', scopes: [] }, OPERATOR)
    const all = { scopes: ['read', 'write', 'admin'], resources: [API] }
    clients = {
      client_secret_basic: await server.client({ ...all, authMethod: 'client_secret_basic' }),
      client_secret_post: await server.client({ ...all, authMethod: 'client_secret_post' }),
      none: await server.client({ ...all, isPublic: true, grants: ['authorization_code', 'refresh_token'] }),
    }
    document = (await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json()) as Document
  })
  after(() => server.stop())

  const basic = () => clients.client_secret_basic
  const listed = (member: string): readonly string[] => document[member] as string[]
  const url = (member: string): string => String(document[member])
  /** Asks for a code with these parameters. */
  const authorize = async (parameters: Record<string, string>): Promise<TokenAnswer> =>
    redeem(server.issuer, basic(), await freshCode(server.issuer, basic(), { parameters }))
  const ask = (parameters: Record<string, string>) => new Visitor().get(authorizeUrl(server.issuer, basic(), pkce(), parameters))

  /** What each member promises. */
  const promises: Readonly<Record<string, () => Promise<unknown>>> = {
    issuer: async () => {
      expect(document['issuer']).to.equal(server.issuer)
      const { searchParams } = (await freshCode(server.issuer, basic())).redirect
      expect(searchParams.get('iss')).to.equal(server.issuer)
      expect(decodeJwt(String((await authorize({})).body['access_token'])).iss).to.equal(server.issuer)
    },
    authorization_endpoint: async () => expect((await ask({})).url.split('?')[0]).to.equal(url('authorization_endpoint')),
    token_endpoint: async () => expectTokens(await askBackChannel(url('token_endpoint'), basic(), { grant_type: 'client_credentials' })),
    revocation_endpoint: async () =>
      expect((await askBackChannel(url('revocation_endpoint'), basic(), { token: 'x' })).body).to.deep.equal({}),
    introspection_endpoint: async () =>
      expect((await askBackChannel(url('introspection_endpoint'), basic(), { token: 'x' })).body).to.deep.equal({ active: false }),
    jwks_uri: async () => {
      const keys = createLocalJWKSet((await (await fetch(url('jwks_uri'))).json()) as JSONWebKeySet)
      const { payload } = await jwtVerify(String((await authorize({})).body['access_token']), keys, { typ: 'at+jwt' })
      expect(payload.iss).to.equal(server.issuer)
    },
    response_types_supported: async () => {
      for (const type of listed('response_types_supported')) expectTokens(await authorize({ response_type: type }), type)
    },
    response_modes_supported: async () => {
      for (const mode of listed('response_modes_supported')) expectTokens(await authorize({ response_mode: mode }), mode)
    },
    grant_types_supported: async () => {
      const first = await authorize({})
      const answers: Readonly<Record<string, TokenAnswer>> = {
        authorization_code: first,
        refresh_token: await refresh(server.issuer, basic(), first.body['refresh_token']),
        client_credentials: await askToken(server.issuer, basic(), { grant_type: 'client_credentials' }),
      }
      expect(listed('grant_types_supported')).to.have.members(Object.keys(answers))
      for (const [grant, answer] of Object.entries(answers)) expectTokens(answer, grant)
    },
    token_endpoint_auth_methods_supported: () => authenticates('token_endpoint'),
    revocation_endpoint_auth_methods_supported: () => authenticates('revocation_endpoint'),
    introspection_endpoint_auth_methods_supported: () => authenticates('introspection_endpoint'),
    code_challenge_methods_supported: async () => {
      for (const method of listed('code_challenge_methods_supported'))
        expectTokens(await authorize({ code_challenge_method: method }), method)
    },
    authorization_response_iss_parameter_supported: async () => {
      expect(document['authorization_response_iss_parameter_supported']).to.equal(true)
      expect((await freshCode(server.issuer, basic())).redirect.searchParams.getAll('iss')).to.deep.equal([server.issuer])
      expectErrorRedirect(await ask({ scope: 'unheard-of' }), 'invalid_scope', server)
    },
    ui_locales_supported: async () => {
      const languageAt = async (ui_locales: string) => {
        const visitor = new Visitor()
        const page = await visitor.follow(await visitor.get(authorizeUrl(server.issuer, basic(), pkce(), { ui_locales })))
        return /<html[^>]* lang="(\w+)"/.exec(page.text)?.[1]
      }
      for (const language of listed('ui_locales_supported')) expect(await languageAt(language)).to.equal(language)
      for (const other of ['fr', 'xx-YY', 'deu', '*']) expect(await languageAt(other), other).to.equal('en')
    },
    scopes_supported: async () => {
      for (const scope of listed('scopes_supported')) expect((await authorize({ scope })).body['scope']).to.equal(scope)
    },
    protected_resources: async () => {
      for (const resource of listed('protected_resources'))
        expect(decodeJwt(String((await authorize({ resource })).body['access_token'])).aud).to.equal(resource)
    },
  }

  /** Every method that is listed for it proves a client there, and one that is not proves none. */
  async function authenticates(endpoint: string): Promise<void> {
    const methods = listed(`${endpoint}_auth_methods_supported`)
    for (const [method, client] of Object.entries(clients)) {
      const { body } = await redeem(server.issuer, client, await freshCode(server.issuer, client))
      const fields: Record<string, string> =
        endpoint === 'token_endpoint'
          ? { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) }
          : { token: String(body['refresh_token']) }
      const answer = await askBackChannel(url(endpoint), client, fields)
      if (methods.includes(method)) expect(answer.status, `${method} at ${endpoint}`).to.equal(200)
      else expectErrorJson(answer, 401, 'invalid_client', `${method} at ${endpoint}`)
    }
  }

  it('META-018 RFC 8414 §2: nothing is promised that is not kept', async () => {
    expect(Object.keys(document)).to.have.members(Object.keys(promises))
    for (const keep of Object.values(promises)) await keep()
  })

  it('META-018 RFC 8414 §2: every URL in it is there, and what is off is neither named nor there', async () => {
    const urls = Object.entries(document).filter(([name]) => /_(endpoint|uri)$/.test(name))
    expect(urls.length).to.equal(5)
    for (const [name, value] of urls)
      for (const method of ['GET', 'POST']) {
        const { status } = await fetch(String(value), { method, redirect: 'manual' })
        expect([status === 404, status >= 500], `${method} ${name}`).to.deep.equal([false, false])
      }
    for (const name of OFF) expect(Object.keys(document).filter((member) => member.startsWith(name))).to.deep.equal([])
    for (const path of ['/register', '/par', '/device_authorization', '/device', '/userinfo', '/bc-authorize', '/introspect', '/revoke'])
      for (const method of ['GET', 'POST']) expect((await fetch(server.issuer + path, { method })).status, path).to.equal(404)
    expect((await fetch(`${server.issuer}/.well-known/openid-configuration`)).status).to.equal(404)
  })

  const neighbours: readonly (readonly [string, string, readonly string[], string])[] = [
    [
      'response_types_supported',
      'response_type',
      ['token', 'id_token', 'none', 'code token', 'code id_token', 'id_token token', 'CODE', 'code code'],
      'unsupported_response_type',
    ],
    ['response_modes_supported', 'response_mode', ['fragment', 'form_post', 'jwt', 'query.jwt', 'web_message', 'Query'], 'invalid_request'],
    ['code_challenge_methods_supported', 'code_challenge_method', ['plain', 's256', 'S512', 'none'], 'invalid_request'],
    ['scopes_supported', 'scope', ['openid', 'offline_access', 'Read', 'read unheard-of'], 'invalid_scope'],
    ['protected_resources', 'resource', [`${API}/`, 'https://api.test', 'https://api.test/MCP', `${API}#x`, 'mcp'], 'invalid_target'],
  ]
  for (const [member, parameter, values, error] of neighbours)
    it(`RFC 8414 §2: what is not in ${member} is ${error} at /authorize`, async () => {
      for (const value of values) {
        expect(listed(member)).to.not.include(value)
        expectErrorRedirect(await ask({ [parameter]: value }), error, server)
      }
    })

  for (const [member, parameter, values, error] of neighbours.filter(([, parameter]) => parameter === 'scope' || parameter === 'resource'))
    it(`RFC 8414 §2: what is not in ${member} is ${error} at /token`, async () => {
      for (const value of values)
        expectErrorJson(await askToken(server.issuer, basic(), { grant_type: 'client_credentials', [parameter]: value }), 400, error, value)
    })

  it('RFC 8414 §2, RFC 9700 §2.4: what is not in grant_types_supported is unsupported_grant_type', async () => {
    const urn = (name: string) => `urn:ietf:params:oauth:grant-type:${name}`
    const names = ['device_code', 'token-exchange', 'jwt-bearer', 'saml2-bearer'].map(urn)
    for (const grant of ['password', 'implicit', 'urn:openid:params:grant-type:ciba', 'Client_Credentials', ...names]) {
      expect(listed('grant_types_supported')).to.not.include(grant)
      const fields = { grant_type: grant, username: 'alice', password: 'correct horse battery', assertion: 'a.b.c', subject_token: 'x' }
      expectErrorJson(await askToken(server.issuer, basic(), fields), 400, 'unsupported_grant_type', grant)
    }
  })

  it('RFC 8414 §2: no method of client authentication works that is not listed', async () => {
    const { client, secret } = basic()
    const assertion = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: 'e30.e30.x' }
    const unlisted: Readonly<Record<string, Record<string, string>>> = {
      private_key_jwt: assertion,
      client_secret_jwt: { ...assertion, client_id: client.id },
      tls_client_auth: { client_id: client.id },
      'the method of another client': { client_id: client.id, client_secret: secret ?? '' },
    }
    for (const endpoint of ['token_endpoint', 'revocation_endpoint', 'introspection_endpoint'])
      for (const [method, fields] of Object.entries(unlisted)) {
        expect(listed(`${endpoint}_auth_methods_supported`)).to.not.include(method)
        const form = new URLSearchParams({ grant_type: 'client_credentials', token: 'x', ...fields })
        const response = await fetch(url(endpoint), { method: 'POST', body: form })
        const body = (await response.json()) as Document
        expectErrorJson({ status: response.status, headers: response.headers, body }, 401, 'invalid_client', `${method} at ${endpoint}`)
      }
  })
})
