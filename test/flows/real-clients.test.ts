import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import type { ClientDraft } from '../../ports/for-administering.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { passThrough, Visitor } from '../support/visitor.js'

const CALLBACK = 'https://rp.test/cb'
const OPEN: Partial<ClientDraft> = { isPublic: true, grants: ['authorization_code', 'refresh_token'] }
const KINDS: readonly (readonly [string, Partial<ClientDraft>])[] = [
  ['client_secret_basic', {}],
  ['client_secret_basic with an id and a secret of every character', { id: 'we ird:id+%', secret: 'p@ss:wo/rd+%20&=' }],
  ['client_secret_post', { authMethod: 'client_secret_post' }],
  ['none', OPEN],
]

onEachStore('real clients', (store) => {
  let server: TestServer
  const API = 'https://api.test/mcp'
  before(async () => {
    server = await store.start()
    await server.administering.createResource({ uri: API, name: 'API', scopes: [] }, { requestId: 'test', address: 'cli' })
  })
  after(() => server.stop())

  let registered = 0
  /** Each has an id of its own. */
  const register = (draft: Partial<ClientDraft>) =>
    server.client({ resources: [API], ...draft, ...(draft.id !== undefined && { id: `${draft.id} ${++registered}` }) })

  for (const [method, draft] of KINDS) {
    it(`openid-client, ${method}: discovery, code + PKCE, resource, refresh, client_credentials, introspection, revocation`, async () => {
      const { client, secret = '' } = await register(draft)
      const auth = { client_secret_basic: openid.ClientSecretBasic, client_secret_post: openid.ClientSecretPost, none: openid.None }
      const config = await openid.discovery(new URL(server.issuer), client.id, undefined, auth[client.authMethod](secret), {
        algorithm: 'oauth2',
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only to stand out; the test server speaks http
        execute: [openid.allowInsecureRequests],
      })
      const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: CALLBACK,
        scope: 'read write',
        state,
        resource: API,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const back = await passThrough(new Visitor(), url.href)
      const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state })
      expect(tokens.scope).to.equal('read write')
      const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', { scope: 'read', resource: API })
      expect(fresh.refresh_token).to.be.a('string').and.not.equal(tokens.refresh_token)
      expect(fresh.scope).to.equal('read')
      if (client.authMethod !== 'none') {
        const machine = await openid.clientCredentialsGrant(config, { scope: 'write', resource: API })
        expect([machine.scope, machine.refresh_token]).to.deep.equal(['write', undefined])
        const live = await openid.tokenIntrospection(config, fresh.access_token)
        expect([live.active, live.scope, live.client_id, live.aud]).to.deep.equal([true, 'read', client.id, API])
        await openid.tokenRevocation(config, machine.access_token)
        expect((await openid.tokenIntrospection(config, machine.access_token)).active).to.equal(false)
      }
      await openid.tokenRevocation(config, fresh.refresh_token ?? '', { token_type_hint: 'refresh_token' })
      const refused = await openid.refreshTokenGrant(config, fresh.refresh_token ?? '').catch((error: unknown) => error)
      expect(refused).to.be.instanceOf(openid.ResponseBodyError).with.property('error', 'invalid_grant')
    })

    it(`oauth4webapi, ${method}: discovery, code + PKCE, refresh, client_credentials, introspection, revocation, a JWT for a resource server`, async () => {
      const { client: known, secret = '' } = await register(draft)
      const auth = { client_secret_basic: oauth.ClientSecretBasic, client_secret_post: oauth.ClientSecretPost, none: oauth.None }[
        known.authMethod
      ](secret)
      const client: oauth.Client = { client_id: known.id }
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only to stand out; the test server speaks http
      const http = { [oauth.allowInsecureRequests]: true }
      const issuer = new URL(server.issuer)
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...http }))
      const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()]
      const url = new URL(as.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        client_id: client.client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'read',
        state,
        resource: API,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      const parameters = oauth.validateAuthResponse(as, client, await passThrough(new Visitor(), url.href), state)
      const answered = await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, CALLBACK, verifier, http)
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, answered)
      const refresh = (token: string) => oauth.refreshTokenGrantRequest(as, client, auth, token, http)
      const fresh = await oauth.processRefreshTokenResponse(as, client, await refresh(tokens.refresh_token ?? ''))
      const request = new Request(API, { headers: { authorization: `Bearer ${fresh.access_token}` } })
      const claims = await oauth.validateJwtAccessToken(as, request, API, http)
      expect([claims.client_id, claims.scope, claims.aud]).to.deep.equal([client.client_id, 'read', API])
      const revoke = async (token: string) => oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, token, http))
      if (known.authMethod !== 'none') {
        const look = async (token: string) =>
          oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, token, http))
        const asked = await oauth.clientCredentialsGrantRequest(as, client, auth, { scope: 'write' }, http)
        const machine = await oauth.processClientCredentialsResponse(as, client, asked)
        expect((await look(machine.access_token)).sub).to.equal(client.client_id)
        await revoke(machine.access_token)
        expect((await look(machine.access_token)).active).to.equal(false)
        expect((await look(fresh.refresh_token ?? '')).active).to.equal(true)
      }
      await revoke(fresh.refresh_token ?? '')
      const refused = await oauth
        .processRefreshTokenResponse(as, client, await refresh(fresh.refresh_token ?? ''))
        .catch((error: unknown) => error)
      expect(refused).to.be.instanceOf(oauth.ResponseBodyError).with.property('error', 'invalid_grant')
    })
  }
})
