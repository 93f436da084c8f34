import { expect } from 'chai'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ClientDraft, ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorRedirect } from '../support/answers.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, pkce, Visitor } from '../support/visitor.js'

type Parameters = Readonly<Record<string, string | undefined>>

const OPEN = { isPublic: true, grants: ['authorization_code', 'refresh_token'] } as const
const CHALLENGE = 'A'.repeat(43)
const MANY = Array.from({ length: 1000 }, (_, i) => `s${i.toString()}`).join(' ')

/** What is refused once client and redirect_uri are proved: by redirect, with state (if it was sent) and iss. */
const REFUSALS: readonly (readonly [string, string, Parameters])[] = [
  ['AUTHZ-005 RFC 6749 §3.1.1: without response_type', 'invalid_request', { response_type: undefined }],
  ['RFC 6749 §3.1: with an empty response_type', 'invalid_request', { response_type: '' }],
  ['RFC 6749 §4.1.2.1: another response_type', 'unsupported_response_type', { response_type: 'token' }],
  ['RFC 6749 §3.1.1: more than one response_type', 'unsupported_response_type', { response_type: 'code token' }],
  ['PKCE-002 RFC 7636 §4.4.1: without a challenge', 'invalid_request', { code_challenge: undefined, code_challenge_method: undefined }],
  ['PKCE-002 RFC 7636 §4.4.1: with an empty challenge', 'invalid_request', { code_challenge: '', code_challenge_method: '' }],
  ['PKCE-004 RFC 7636 §4.4.1: plain', 'invalid_request', { code_challenge_method: 'plain' }],
  ['PKCE-004 RFC 7636 §4.4.1: another method', 'invalid_request', { code_challenge_method: 's256' }],
  ['PKCE-005 RFC 7636 §4.3: a challenge without a method', 'invalid_request', { code_challenge_method: undefined }],
  ['PKCE-007 RFC 7636 §4.4.1: a method without a challenge', 'invalid_request', { code_challenge: undefined }],
  ['PKCE-008 RFC 7636 §4.2: a challenge of 42 characters', 'invalid_request', { code_challenge: CHALLENGE.slice(1) }],
  ['PKCE-008 RFC 7636 §4.2: a challenge of 44 characters', 'invalid_request', { code_challenge: `${CHALLENGE}A` }],
  ['PKCE-008 RFC 7636 §4.2: a challenge of 129 characters', 'invalid_request', { code_challenge: 'A'.repeat(129) }],
  ...['=', '+', '/', ' ', 'é', '~'].map((spoiled): (typeof REFUSALS)[number] => [
    `PKCE-008 RFC 7636 §4.2: a challenge with ${JSON.stringify(spoiled)}`,
    'invalid_request',
    { code_challenge: CHALLENGE.slice(1) + spoiled },
  ]),
  ['AUTHZ-024 RFC 9101 §7: request', 'request_not_supported', { request: 'eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImFkbWluIn0.' }],
  ['AUTHZ-025: response_mode=bogus', 'invalid_request', { response_mode: 'bogus' }],
  ['AUTHZ-025: response_mode=fragment', 'invalid_request', { response_mode: 'fragment' }],
  ['AUTHZ-025: response_mode=form_post', 'invalid_request', { response_mode: 'form_post' }],
  ['RFC 6749 §4.1.2.1: a scope that nobody knows', 'invalid_scope', { scope: 'bogus' }],
  ['RFC 6749 §3.3: a scope that is not assigned', 'invalid_scope', { scope: 'admin' }],
  ['RFC 6749 §3.3: one of two that is not assigned', 'invalid_scope', { scope: 'read admin' }],
  ['RFC 6749 §3.3: two spaces', 'invalid_scope', { scope: 'read  write' }],
  ['RFC 6749 §3.3: a space in front', 'invalid_scope', { scope: ' read' }],
  ['AUTHZ-035 RFC 6749 §3.3: 1,000 scopes', 'invalid_scope', { scope: MANY }],
  ['RFC 8707 §2: an unknown resource', 'invalid_target', { resource: 'https://unknown.test/' }],
]

onEachStore('refusals of the authorization endpoint', (store) => {
  let server: TestServer
  const clients: ClientWithSecret[] = []
  before(async () => {
    server = await store.start()
    const drafts: readonly Partial<ClientDraft>[] = [{}, OPEN]
    for (const draft of drafts) clients.push(await server.client(draft))
  })
  after(() => server.stop())

  const ask = (client: ClientWithSecret, parameters: Parameters) =>
    new Visitor().get(authorizeUrl(server.issuer, client, pkce(), parameters))

  for (const [name, error, parameters] of REFUSALS) {
    it(`${name} is ${error}, RESP-003 RESP-007 by redirect with state and iss, and no code`, async () => {
      for (const client of clients) {
        expectErrorRedirect(await ask(client, parameters), error, server)
        expectErrorRedirect(await ask(client, { ...parameters, state: undefined }), error, { ...server, state: undefined })
        expectErrorRedirect(await ask(client, { ...parameters, state: 'a b&c="\\<' }), error, { ...server, state: 'a b&c="\\<' })
      }
    })
  }

  it('AUTHZ-014 RFC 6749 §3.1: any other parameter twice is invalid_request, by redirect without a repeated state', async () => {
    const [client] = clients
    for (const name of ['response_type', 'scope', 'code_challenge', 'code_challenge_method', 'response_mode', 'foo', 'nonce'])
      for (const value of ['read', 'S256']) {
        const url = authorizeUrl(server.issuer, client!, pkce(), { [name]: value })
        expectErrorRedirect(await new Visitor().get(`${url}&${name}=${value}`), 'invalid_request', server)
      }
    const page = await new Visitor().get(`${authorizeUrl(server.issuer, client!, pkce())}&state=S2`)
    expectErrorRedirect(page, 'invalid_request', { ...server, state: undefined })
  })

  it('AUTHZ-028 RFC 9700 §4.11.2: every client is registered by an operator, so it hears of it at once; prompt=none is unknown, and signs nobody in', async () => {
    const [client] = clients
    expectErrorRedirect(await ask(client!, { scope: 'bogus' }), 'invalid_scope', server)
    expectErrorRedirect(await ask(client!, { response_type: 'bogus' }), 'unsupported_response_type', server)
    const silent = await ask(client!, { prompt: 'none' })
    expect([silent.status, silent.location?.startsWith(`${server.issuer}/login?flow=`)]).to.deep.equal([303, true])
    const metadata = (await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json()) as Record<string, unknown>
    expect(metadata).to.not.have.any.keys('registration_endpoint', 'client_id_metadata_document_supported')
  })

  describe('AUTHZ-024 RFC 9101 §7: request_uri', () => {
    let collab: Server
    let asked = 0
    before(async () => {
      collab = createServer((_, response) => response.end('e30.e30.'))
      collab.on('connection', () => asked++)
      await new Promise<void>((listening) => collab.listen(0, '127.0.0.1', listening))
    })
    after(() => collab.close())

    it('is request_uri_not_supported, and is not fetched', async () => {
      const { port } = collab.address() as AddressInfo
      for (const uri of [`http://127.0.0.1:${port}/r.jwt`, 'https://collab.test/r.jwt', 'urn:ietf:params:oauth:request_uri:x'])
        expectErrorRedirect(await ask(clients[0]!, { request_uri: uri }), 'request_uri_not_supported', server)
      expect(asked).to.equal(0)
    })
  })
})
