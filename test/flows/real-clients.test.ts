import { expect } from 'chai'
import * as openid from 'openid-client'
import OAuth2Strategy from 'passport-oauth2'
import type { Request } from 'express'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { passThrough, Visitor } from '../support/visitor.js'

onEachStore('real clients', (store) => {
  let server: TestServer
  before(async () => {
    server = await store.start()
  })
  after(() => server.stop())

  it('openid-client: discovery, code + PKCE, refresh, client_credentials', async () => {
    const { client, secret } = await server.client()
    const config = await openid.discovery(new URL(server.issuer), client.id, undefined, openid.ClientSecretBasic(secret), {
      algorithm: 'oauth2',
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only to stand out; the test server speaks http
      execute: [openid.allowInsecureRequests],
    })
    const verifier = openid.randomPKCECodeVerifier()
    const state = openid.randomState()
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: 'https://rp.test/cb',
      scope: 'read write',
      state,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const currentUrl = await passThrough(new Visitor(), url.href)
    const tokens = await openid.authorizationCodeGrant(config, currentUrl, { pkceCodeVerifier: verifier, expectedState: state })
    expect(tokens.scope).to.equal('read write')
    const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(fresh.refresh_token).to.be.a('string').and.not.equal(tokens.refresh_token)
    const machine = await openid.clientCredentialsGrant(config, { scope: 'write' })
    expect(machine.scope).to.equal('write')
    expect(machine.refresh_token).to.equal(undefined)
  })

  it('passport-oauth2: code + PKCE with state kept by the client', async () => {
    const registered = await server.client({ authMethod: 'client_secret_post' })
    const strategy = new OAuth2Strategy(
      {
        authorizationURL: `${server.issuer}/authorize`,
        tokenURL: `${server.issuer}/token`,
        clientID: registered.client.id,
        clientSecret: registered.secret ?? '',
        callbackURL: 'https://rp.test/cb',
        scope: ['read'],
        state: true,
        pkce: true,
      },
      (accessToken: string, refreshToken: string, _profile: unknown, done: (error: null, user: object) => void) => {
        done(null, { accessToken, refreshToken })
      },
    )
    const session = {}
    const attempt = (query: object): Promise<{ redirect?: string; user?: unknown }> =>
      new Promise((settled, failed) => {
        const run = Object.create(strategy) as OAuth2Strategy
        run.redirect = (redirect: string) => {
          settled({ redirect })
        }
        run.success = (user: unknown) => {
          settled({ user })
        }
        run.error = failed
        run.fail = (challenge: unknown) => {
          failed(new Error(JSON.stringify(challenge)))
        }
        run.authenticate({ query, session, headers: {}, body: {} } as unknown as Request, {})
      })
    const { redirect = '' } = await attempt({})
    const back = await passThrough(new Visitor(), redirect)
    const { user } = await attempt(Object.fromEntries(back.searchParams))
    expect(user).to.have.property('accessToken').that.is.a('string')
    expect(user)
      .to.have.property('refreshToken')
      .that.matches(/^pc_rt_/)
  })
})
