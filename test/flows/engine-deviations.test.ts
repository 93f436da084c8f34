import { expect } from 'chai'
import { StoreUnavailable } from '../../domain/errors.js'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorJson, expectErrorPage, expectTokens } from '../support/answers.js'
import { meddled, type Meddling } from '../support/meddled.js'
import { PASSWORD, type TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { authorizeUrl, freshCode, introspect, pkce, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'
import { claimsOf } from './second-factor-people.js'

const SOURCE = { requestId: 'test', address: 'cli' }

/*
 * What the grant engine (@jmondi/oauth2-server 4.3.7) gets wrong, by the number in the list of its deviations: all that is critical or high.
 * Here what concerns races, crashes and lifetimes. Rows 1, 2, 3 and 37 are in authorization-code, refresh and code-redemption.
 */
onEachStore('deviations of the engine: races, crashes, lifetimes', (store) => {
  const meddling: Meddling = {}
  let server: TestServer
  let client: ClientWithSecret
  before(async () => {
    server = await store.start({}, (storage) => meddled(storage, meddling))
    client = await server.client()
  })
  after(() => server.stop())
  const quiet = (): void => {
    delete meddling.before
    delete meddling.after
  }
  afterEach(quiet)

  const expectInvalidGrant = (answer: TokenAnswer) => expectErrorJson(answer, 400, 'invalid_grant')
  const given = async (by = client, username = 'alice') => {
    const answer = await redeem(server.issuer, by, await freshCode(server.issuer, by, { username }))
    expectTokens(answer)
    return answer.body
  }
  async function expectDead(body: TokenAnswer['body']): Promise<void> {
    expectInvalidGrant(await refresh(server.issuer, client, body['refresh_token']))
    expect((await introspect(server.issuer, client, body['access_token'])).body).to.deep.equal({ active: false })
  }

  it('engine 4 RFC 6749 §4.1.2: a replay that comes while the first redemption is on its way leaves none of its tokens alive', async () => {
    const code = await freshCode(server.issuer, client)
    let [reached, letOn] = [(): void => undefined, (): void => undefined]
    const spent = new Promise<void>((arrived) => (reached = arrived))
    const held = new Promise<void>((opened) => (letOn = opened))
    meddling.after = async (call) => {
      if (call !== 'grants.redeem') return
      delete meddling.after
      reached()
      await held
    }
    const first = redeem(server.issuer, client, code)
    await spent
    expectInvalidGrant(await redeem(server.issuer, client, code))
    letOn()
    const late = await first
    expectTokens(late)
    await expectDead(late.body)
  })

  it('engine 7 RFC 6749 §4.1.2: when the answer of a redemption is lost, a second try makes no second set of tokens', async () => {
    const code = await freshCode(server.issuer, client)
    meddling.after = (call) => {
      if (call === 'grants.redeem') throw new StoreUnavailable('the answer is lost')
    }
    expectErrorJson(await redeem(server.issuer, client, code), 503, 'temporarily_unavailable')
    delete meddling.after
    expectInvalidGrant(await redeem(server.issuer, client, code))
    expect(await server.storage.grants.list({ clientId: client.client.id }, new Date()), 'alive').to.deep.equal([])
  })

  it('engine 8: whichever step of a refresh fails, before or after it is done, the old token goes on', async () => {
    let token = (await given())['refresh_token']
    const steps: string[] = []
    meddling.before = (call) => void steps.push(call)
    token = (await refresh(server.issuer, client, token)).body['refresh_token']
    quiet()
    expect(steps).to.include('grants.rotate')
    for (const step of new Set(steps))
      for (const when of ['before', 'after'] as const) {
        meddling[when] = (call) => {
          if (call === step) throw new StoreUnavailable(`${step} fails`)
        }
        const failed = await refresh(server.issuer, client, token)
        quiet()
        // What the server read less than a second ago it need not ask for.
        if (step.startsWith('grants')) expectErrorJson(failed, 503, 'temporarily_unavailable', `${when} ${step}`)
        const again = await refresh(server.issuer, client, token)
        expectTokens(again, `${when} ${step}`)
        token = again.body['refresh_token']
      }
  })

  it('engine 10 RFC 6749 §4.1.3: a code of somebody who is gone, or disabled, gives nothing, and who is gone gets none', async () => {
    const { administering, issuer, storage } = server
    for (const go of [
      (who: string) => administering.deleteUser(who, SOURCE),
      async (who: string) => storage.users.remove((await administering.user(who)).id),
      (who: string) => administering.disableUser(who, SOURCE),
    ]) {
      const username = `carol ${pkce().verifier.slice(0, 8)}`
      await administering.createUser({ username, password: PASSWORD }, SOURCE)
      const [code, visitor] = [await freshCode(issuer, client, { username }), new Visitor()]
      const login = await visitor.follow(await visitor.get(authorizeUrl(issuer, client, pkce(), { scope: 'read write' })))
      const approval = await visitor.follow(await visitor.submit(login, { username, password: PASSWORD }))
      expect(approval.text).to.include('name="decision"')
      await go(username)
      expectInvalidGrant(await redeem(issuer, client, code))
      expectErrorPage(await visitor.submit(approval, { decision: 'allow' }), 403)
    }
  })

  it('engine 11 RFC 6749 §6: nobody refreshes for a person who is disabled or gone', async () => {
    const { administering, issuer } = server
    await administering.createUser({ username: 'dave', password: PASSWORD }, SOURCE)
    const { refresh_token: token } = await given(client, 'dave')
    await administering.disableUser('dave', SOURCE)
    expectInvalidGrant(await refresh(issuer, client, token))
    await administering.enableUser('dave', SOURCE)
    const { body } = await refresh(issuer, client, token)
    await administering.deleteUser('dave', SOURCE)
    await expectDead(body)
  })

  it('engine 13 RFC 6819 §5.1.5.3: however long a refresh token lives, an access token got by it lives as long as any other', async () => {
    const first = await given()
    const { body } = await refresh(server.issuer, client, first['refresh_token'])
    for (const each of [first, body]) {
      const { exp, iat } = claimsOf(each)
      expect([each['expires_in'], Number(exp) - Number(iat)]).to.deep.equal([600, 600])
    }
  })
})
