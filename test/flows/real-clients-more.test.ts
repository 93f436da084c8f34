import { generateCodeVerifier, OAuth2Client } from '@badgateway/oauth2-client'
import { expect } from 'chai'
import type { Request } from 'express'
import OAuth2Strategy from 'passport-oauth2'
import { AuthorizationCode, ClientCredentials, type ModuleOptions } from 'simple-oauth2'
import type { ClientDraft, ClientWithSecret } from '../../ports/for-administering.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { introspect, passThrough, pkce, Visitor } from '../support/visitor.js'

const CALLBACK = 'https://rp.test/cb'
const KINDS: readonly (readonly [string, Partial<ClientDraft>])[] = [
  ['client_secret_basic', {}],
  ['client_secret_post', { authMethod: 'client_secret_post' }],
]

/** passport-oauth2 asks for tokens once; what it is built on asks again. */
class Strategy extends OAuth2Strategy {
  again(refreshToken: string): Promise<{ accessToken: unknown; refreshToken: unknown }> {
    return new Promise((settled, failed) => {
      this._oauth2.getOAuthAccessToken(refreshToken, { grant_type: 'refresh_token' }, (error: unknown, accessToken, newRefreshToken) => {
        if (error !== null && error !== undefined) failed(new Error(JSON.stringify(error)))
        else settled({ accessToken, refreshToken: newRefreshToken })
      })
    })
  }
}

/** What Express and Passport do around a strategy. */
function attempt(strategy: Strategy, query: object, session: object): Promise<{ redirect?: string; user?: unknown }> {
  return new Promise((settled, failed) => {
    const run = Object.create(strategy) as Strategy
    run.redirect = (redirect: string) => settled({ redirect })
    run.success = (user: unknown) => settled({ user })
    run.error = failed
    run.fail = (challenge: unknown) => failed(new Error(JSON.stringify(challenge)))
    run.authenticate({ query, session, headers: {}, body: {} } as unknown as Request, {})
  })
}

onEachStore('more real clients', (store) => {
  let server: TestServer
  before(async () => {
    server = await store.start()
  })
  after(() => server.stop())

  const isActive = async (client: ClientWithSecret, token: unknown) => (await introspect(server.issuer, client, token)).body['active']
  const refusal = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch((error: unknown) => error)

  it('passport-oauth2: code + PKCE with state kept by the client, refresh', async () => {
    const registered = await server.client({ authMethod: 'client_secret_post' })
    const options = {
      authorizationURL: `${server.issuer}/authorize`,
      tokenURL: `${server.issuer}/token`,
      clientID: registered.client.id,
      clientSecret: registered.secret ?? '',
      callbackURL: CALLBACK,
      scope: ['read'],
      state: true,
      pkce: true,
    }
    const verify = (accessToken: string, refreshToken: string, _: unknown, done: (error: null, user: object) => void) =>
      done(null, { accessToken, refreshToken })
    const strategy = new Strategy(options, verify)
    const session = {}
    const { redirect = '' } = await attempt(strategy, {}, session)
    const back = await passThrough(new Visitor(), redirect)
    const { user } = await attempt(strategy, Object.fromEntries(back.searchParams), session)
    const given = user as { accessToken: string; refreshToken: string }
    expect(await isActive(registered, given.accessToken)).to.equal(true)
    const fresh = await strategy.again(given.refreshToken)
    expect(await isActive(registered, fresh.accessToken)).to.equal(true)
    expect(fresh.refreshToken).to.be.a('string').and.not.equal(given.refreshToken)
  })

  for (const [method, draft] of KINDS) {
    it(`simple-oauth2, ${method}: code + PKCE, refresh, client_credentials, revocation`, async () => {
      const registered = await server.client(draft)
      const { client, secret = '' } = registered
      const options: ModuleOptions = {
        client: { id: client.id, secret },
        auth: { tokenHost: server.issuer, tokenPath: '/token', revokePath: '/token/revoke' },
        options: { authorizationMethod: method === 'client_secret_post' ? 'body' : 'header' },
      }
      const { verifier, challenge } = pkce()
      const person = new AuthorizationCode({ ...options, auth: { ...options.auth, authorizePath: '/authorize' } })
      const asked = { redirect_uri: CALLBACK, scope: ['read', 'write'], state: 'S1' }
      const url = person.authorizeURL({ ...asked, ...{ code_challenge: challenge, code_challenge_method: 'S256' } })
      const back = await passThrough(new Visitor(), url)
      const proof = { code: back.searchParams.get('code') ?? '', redirect_uri: CALLBACK, code_verifier: verifier }
      const tokens = await person.getToken(proof)
      expect(tokens.expired()).to.equal(false)
      const fresh = await tokens.refresh({ scope: ['read'] })
      expect(fresh.token['scope']).to.equal('read')
      const machine = await new ClientCredentials(options).getToken({ scope: 'write' })
      expect(machine.token['scope']).to.equal('write')
      await machine.revoke('access_token')
      expect(await isActive(registered, machine.token['access_token'])).to.equal(false)
      await fresh.revokeAll()
      for (const name of ['access_token', 'refresh_token']) expect(await isActive(registered, fresh.token[name]), name).to.equal(false)
      expect(await refusal(fresh.refresh()))
        .to.be.instanceOf(Error)
        .with.nested.property('data.payload.error', 'invalid_grant')
    })

    it(`@badgateway/oauth2-client, ${method}: discovery, code + PKCE, refresh, client_credentials, introspection, revocation`, async () => {
      const { client, secret = '' } = await server.client(draft)
      const real = new OAuth2Client({
        server: server.issuer,
        clientId: client.id,
        clientSecret: secret,
        authenticationMethod: client.authMethod as never,
      })
      await expectWholeLife(real, true)
    })
  }

  it('@badgateway/oauth2-client, its own choice of authentication, and none', async () => {
    const { client, secret = '' } = await server.client()
    await expectWholeLife(new OAuth2Client({ server: server.issuer, clientId: client.id, clientSecret: secret }), true)
    const open = await server.client({ isPublic: true, grants: ['authorization_code', 'refresh_token'] })
    await expectWholeLife(new OAuth2Client({ server: server.issuer, clientId: open.client.id }), false)
  })

  async function expectWholeLife(real: OAuth2Client, isConfidential: boolean): Promise<void> {
    const codeVerifier = await generateCodeVerifier()
    const asked = { redirectUri: CALLBACK, state: 'S1', codeVerifier }
    const url = await real.authorizationCode.getAuthorizeUri({ ...asked, scope: ['read', 'write'] })
    const back = await passThrough(new Visitor(), url)
    const tokens = await real.authorizationCode.getTokenFromCodeRedirect(back, asked)
    const fresh = await real.refreshToken(tokens, { scope: ['read'] })
    expect(fresh.refreshToken).to.be.a('string').and.not.equal(tokens.refreshToken)
    if (isConfidential) {
      const machine = await real.clientCredentials({ scope: ['write'] })
      expect((await real.introspect(machine)).active).to.equal(true)
      await real.revoke(machine)
      expect((await real.introspect(machine)).active).to.equal(false)
      expect((await real.introspect(fresh)).scope).to.equal('read')
    }
    await real.revoke(fresh, 'refresh_token')
    expect(await refusal(real.refreshToken(fresh)))
      .to.be.instanceOf(Error)
      .with.property('oauth2Code', 'invalid_grant')
  }
})
