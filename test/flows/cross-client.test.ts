import { expect } from 'chai'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorJson } from '../support/answers.js'
import type { TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, freshCode, introspect, redeem, refresh, revoke, type TokenAnswer } from '../support/visitor.js'
import { JumpingClock } from './second-factor-people.js'

/** A running server sees a change within one second. */
const SEEN_MS = 1_000

/** What client A got, presented by client B in every way in which it can be. */
onEachStore('what belongs to one client, presented by another', (store) => {
  const clock = new JumpingClock()
  let server: TestServer
  let owner: ClientWithSecret
  let others: readonly ClientWithSecret[]
  before(async () => {
    server = await store.start({}, undefined, clock)
    owner = await server.client()
    const open = { isPublic: true, grants: ['authorization_code', 'refresh_token'] } as const
    others = [await server.client(), await server.client({ authMethod: 'client_secret_post' }), await server.client(open)]
  })
  after(() => server.stop())

  const tokens = async () => (await redeem(server.issuer, owner, await freshCode(server.issuer, owner))).body
  const expectRefused = ({ status, body }: TokenAnswer) => {
    expect([status, body['error']]).to.deep.equal([400, 'invalid_grant'])
    expect(body).to.not.have.any.keys('access_token', 'refresh_token')
  }

  it('CODE-004 RFC 6749 §4.1.3: a code is refused, and still the owner’s', async () => {
    for (const other of others) {
      const code = await freshCode(server.issuer, owner)
      expectRefused(await redeem(server.issuer, other, code))
      expect((await redeem(server.issuer, owner, code)).status).to.equal(200)
    }
  })

  it('REFR-004 RFC 6749 §6, §10.4: so is a refresh token', async () => {
    for (const other of others) {
      const { refresh_token: token } = await tokens()
      expectRefused(await refresh(server.issuer, other, token))
      expect((await refresh(server.issuer, owner, token)).status).to.equal(200)
    }
  })

  it('RFC 7009 §2.1: no other client revokes a token, of any kind', async () => {
    for (const other of others) {
      const { access_token: access, refresh_token: token } = await tokens()
      const { body: own } = await askToken(server.issuer, owner, { grant_type: 'client_credentials' })
      for (const each of [access, token, own['access_token']]) {
        expectRefused(await revoke(server.issuer, other, each))
        expect((await introspect(server.issuer, owner, each)).body['active']).to.equal(true)
      }
      expect((await refresh(server.issuer, owner, token)).status).to.equal(200)
    }
  })

  it('RFC 7662 §2.2, §2.3: nor sees anything of one, and a public client nothing at all', async () => {
    for (const other of others) {
      const { access_token: access, refresh_token: token } = await tokens()
      const { body: own } = await askToken(server.issuer, owner, { grant_type: 'client_credentials' })
      for (const each of [access, token, own['access_token']]) {
        const seen = await introspect(server.issuer, other, each)
        if (other.client.authMethod === 'none') expectErrorJson(seen, 401, 'invalid_client')
        else expect([seen.status, seen.body]).to.deep.equal([200, { active: false }])
        expect((await introspect(server.issuer, owner, each)).body['active']).to.equal(true)
      }
    }
  })

  it('CODE-015 REFR-010 RFC 6749 §5.2: nothing works in the place of something else', async () => {
    const { access_token: access, refresh_token: token } = await tokens()
    const code = await freshCode(server.issuer, owner)
    for (const wrong of [access, token]) expectRefused(await redeem(server.issuer, owner, { ...code, code: String(wrong) }))
    for (const wrong of [access, code.code]) expectRefused(await refresh(server.issuer, owner, wrong))
    expect((await introspect(server.issuer, owner, code.code)).body).to.deep.equal({ active: false })
    expect((await redeem(server.issuer, owner, code)).status).to.equal(200)
    expect((await refresh(server.issuer, owner, token)).status).to.equal(200)
  })

  it('CAUTH-019 RFC 7009 §2.1, RFC 7662 §2.1: clients are proved at every endpoint as at /token', async () => {
    const post = others[1]!
    const { access_token: token } = await tokens()
    const ask = async (path: string, headers: Record<string, string>, fields: Record<string, string>) => {
      const grant = path === '/token' ? { grant_type: 'client_credentials' } : { token: String(token) }
      const init = { method: 'POST', headers, body: new URLSearchParams({ ...grant, ...fields }) }
      const response = await fetch(`${server.issuer}${path}`, init)
      return { status: response.status, error: ((await response.json()) as Record<string, unknown>)['error'] }
    }
    const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })
    const weird = await server.client({ id: `we ird:id+% ${Math.random().toString(36).slice(2)}`, secret: 'p@ss:wo/rd+%20&=' })
    const [id, secret] = [weird.client.id, weird.secret ?? '']
    for (const path of ['/token', '/token/revoke', '/token/introspect']) {
      const right = [basic(encodeURIComponent(id), encodeURIComponent(secret))]
      for (const headers of right) {
        const { status, error } = await ask(path, headers, {})
        if (path === '/token/revoke') expect([status, error]).to.deep.equal([400, 'invalid_grant'])
        else expect(status, path).to.equal(200)
      }
      const wrong: [Record<string, string>, Record<string, string>][] = [
        [basic(id, secret), {}],
        [basic(owner.client.id, 'wrong'), {}],
        [basic(owner.client.id, ''), {}],
        [basic(post.client.id, post.secret ?? ''), {}],
        [{}, { client_id: owner.client.id, client_secret: owner.secret ?? '' }],
        [{}, { client_id: owner.client.id }],
        [{ authorization: `Bearer ${String(token)}` }, {}],
        [{ authorization: 'Basic !!!' }, {}],
        [{}, {}],
      ]
      for (const [headers, fields] of wrong) {
        const { status, error } = await ask(path, headers, fields)
        expect([status, error], `${path} ${JSON.stringify([headers, fields])}`).to.deep.equal([401, 'invalid_client'])
      }
      const two = await ask(path, basic(owner.client.id, owner.secret ?? ''), {
        client_id: owner.client.id,
        client_secret: owner.secret ?? '',
      })
      expect([two.status, two.error]).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('two secrets are good while an operator lets the old one stay', async () => {
    const client = await server.client()
    const ask = (secret: string | undefined) =>
      askToken(server.issuer, { ...client, secret: secret ?? '' }, { grant_type: 'client_credentials' })
    const kept = await server.administering.rotateClientSecret(
      client.client.id,
      { requestId: 't', address: 'cli' },
      { keepOldMs: 3_600_000 },
    )
    clock.pass(SEEN_MS)
    for (const secret of [client.secret, kept.secret]) expect((await ask(secret)).status).to.equal(200)
    const alone = await server.administering.rotateClientSecret(client.client.id, { requestId: 't', address: 'cli' })
    clock.pass(SEEN_MS)
    for (const secret of [client.secret, kept.secret]) expect((await ask(secret)).status).to.equal(401)
    expect((await ask(alone.secret)).status).to.equal(200)
  })
})
