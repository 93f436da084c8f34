import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { expectErrorJson, expectErrorRedirect, expectTokens } from '../support/answers.js'
import { PASSWORD, type TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import {
  askBackChannel,
  askToken,
  authorizeUrl,
  introspect,
  passThrough,
  pkce,
  refresh,
  Visitor,
  type TokenAnswer,
} from '../support/visitor.js'

const OPERATOR = { requestId: 'test', address: 'cli' }
const [READING, WRITING, ANY, FOREIGN] = [
  'https://reading.test/',
  'https://writing.test/',
  'https://any.test/v1?x=1',
  'https://foreign.test/',
]

onEachStore('resource indicators', (store) => {
  let server: TestServer
  let client: ClientWithSecret
  before(async () => {
    server = await store.start()
    const scopes = { [READING]: ['read'], [WRITING]: ['write'], [ANY]: [], [FOREIGN]: [] }
    for (const [uri, of] of Object.entries(scopes)) await server.administering.createResource({ uri, name: uri, scopes: of }, OPERATOR)
    client = await server.client({ resources: [READING, WRITING, ANY], defaultScopes: ['read', 'write'] })
  })
  after(() => server.stop())

  const appended = (url: string, resources: readonly string[]): string =>
    [url, ...resources.map((uri) => `resource=${encodeURIComponent(uri)}`)].join('&')
  const request = (resources: readonly string[], scope: string, proof = pkce()): string =>
    appended(authorizeUrl(server.issuer, client, proof, { scope }), resources)
  /** A code for these resources, and its redemption. */
  async function approved(resources: readonly string[], scope = 'read write') {
    const proof = pkce()
    const location = await passThrough(new Visitor(), request(resources, scope, proof))
    const code = location.searchParams.get('code') ?? ''
    return (more: Record<string, string> = {}): Promise<TokenAnswer> =>
      askToken(server.issuer, client, { grant_type: 'authorization_code', code, code_verifier: proof.verifier, ...more })
  }
  /** What an access token is worth; the answer says the same scope. */
  function worth(answer: TokenAnswer): [unknown, unknown] {
    expectTokens(answer)
    const { aud, scope } = decodeJwt(String(answer.body['access_token']))
    expect(answer.body['scope']).to.equal(scope)
    return [aud, scope]
  }

  it('RFC 8707 §2: aud is the one resource, or the array of them in the order of the request, each once', async () => {
    expect(worth(await (await approved([READING], 'read'))())).to.deep.equal([READING, 'read'])
    expect(worth(await (await approved([ANY, READING, ANY]))())).to.deep.equal([[ANY, READING], 'read write'])
    expect(worth(await (await approved([]))())).to.deep.equal([server.issuer, 'read write'])
  })

  it('RFC 8707 §2.1: at /authorize an explicit scope that means nothing there is invalid_scope, default scopes are those that do', async () => {
    for (const scope of ['write', 'read write'])
      expectErrorRedirect(await new Visitor().get(request([READING], scope)), 'invalid_scope', server)
    expect(worth(await (await approved([READING], ''))())).to.deep.equal([READING, 'read'])
    expect(worth(await (await approved([READING, WRITING]))())).to.deep.equal([[READING, WRITING], 'read write'])
    expect(worth(await (await approved([ANY], ''))())).to.deep.equal([ANY, 'read write'])
  })

  it('RFC 8707 §2: a resource that is unknown, another client’s, relative or has a fragment is invalid_target', async () => {
    for (const uri of [
      FOREIGN,
      'https://unknown.test/',
      `${READING}x`,
      `${READING}#x`,
      READING.toUpperCase(),
      'reading',
      ' ',
      server.issuer,
    ]) {
      expectErrorRedirect(await new Visitor().get(request([uri], 'read')), 'invalid_target', server)
      expectErrorRedirect(await new Visitor().get(request([READING, uri], 'read')), 'invalid_target', server)
      const asked = await askToken(server.issuer, client, { grant_type: 'client_credentials', resource: uri })
      expectErrorJson(asked, 400, 'invalid_target', uri)
    }
  })

  it('RFC 8707 §2.2: at /token it narrows this access token with its scopes, and no later one', async () => {
    const redeem = await approved([READING, WRITING])
    const first = await redeem({ resource: READING })
    expect(worth(first)).to.deep.equal([READING, 'read'])
    const second = await refresh(server.issuer, client, first.body['refresh_token'], { resource: WRITING })
    expect(worth(second)).to.deep.equal([WRITING, 'write'])
    const third = await refresh(server.issuer, client, second.body['refresh_token'])
    expect(worth(third)).to.deep.equal([[READING, WRITING], 'read write'])
    const described = await introspect(server.issuer, client, third.body['refresh_token'])
    expect(described.body).to.deep.include({ active: true, aud: [READING, WRITING], scope: 'read write' })
  })

  it('RFC 8707 §2.2: a wrong resource in a code exchange is invalid_target and burns nothing; a wrong code is invalid_grant, whatever the resource', async () => {
    const redeem = await approved([READING], 'read')
    for (const uri of [WRITING, FOREIGN, 'https://unknown.test/', 'reading', server.issuer])
      expectErrorJson(await redeem({ resource: uri }), 400, 'invalid_target', uri)
    for (const resource of [READING, FOREIGN])
      for (const wrong of [{ code: 'pc_ac_x' }, { code_verifier: 'v'.repeat(43) }, { redirect_uri: 'https://rp.test/other' }])
        expectErrorJson(await redeem({ ...wrong, resource }), 400, 'invalid_grant', JSON.stringify([wrong, resource]))
    expect(worth(await redeem({ resource: READING }))).to.deep.equal([READING, 'read'])
    expectErrorJson(await redeem({ resource: FOREIGN }), 400, 'invalid_grant', 'a replay stays one')
  })

  it('RFC 8707 §2.2: so at a refresh, and the token stays usable', async () => {
    const { body } = await (await approved([READING, WRITING]))()
    const token = body['refresh_token']
    for (const uri of [ANY, FOREIGN, 'https://unknown.test/'])
      expectErrorJson(await refresh(server.issuer, client, token, { resource: uri }), 400, 'invalid_target', uri)
    expectErrorJson(await refresh(server.issuer, client, token, { resource: READING, scope: 'write' }), 400, 'invalid_scope')
    for (const resource of [READING, FOREIGN])
      expectErrorJson(await refresh(server.issuer, client, 'pc_rt_x', { resource }), 400, 'invalid_grant')
    expect(worth(await refresh(server.issuer, client, token, { resource: READING }))).to.deep.equal([READING, 'read'])
  })

  it('CONS-008: an approval is remembered for the resources it was for, and what is new at others is asked for and marked', async () => {
    const [fresh, visitor] = [await server.client({ resources: [READING, WRITING, ANY] }), new Visitor()]
    const urlOf = (resources: readonly string[], scope: string) =>
      appended(authorizeUrl(server.issuer, fresh, pkce(), { scope }), resources)
    /** The question, where one is asked. */
    const asked = async (resources: readonly string[], scope: string): Promise<string> => {
      const page = await visitor.follow(await visitor.get(urlOf(resources, scope)))
      if (page.status === 200) return page.text
      expect(new URL(page.location ?? '').searchParams.has('code'), page.location).to.equal(true)
      return ''
    }
    await passThrough(visitor, urlOf([READING, ANY], 'read'))
    await passThrough(visitor, urlOf([WRITING], 'write'))
    for (const resources of [[READING], [ANY], [ANY, READING]]) expect(await asked(resources, 'read'), resources.join()).to.equal('')
    expect(await asked([WRITING], 'write')).to.equal('')
    const others: [string[], string][] = [
      [[], 'read'],
      [[ANY], 'write'],
      [[ANY, WRITING], 'write'],
      [[READING, WRITING], 'read write'],
    ]
    for (const [resources, scope] of others) expect(await asked(resources, scope), resources.join()).to.include('name="decision"')
    expect(await asked([READING, WRITING], 'read write'))
      .to.include('but not together')
      .and.not.include('class="tag"')
    expect(await asked([ANY], 'write'))
      .to.include('All of this is new.')
      .and.not.include('class="tag"')
    expect(await asked([ANY], 'read write'))
      .to.match(/To write things<\/bdi>\s*<span class="tag">New/)
      .and.not.match(/To read things<\/bdi>\s*<span class="tag">New/)
  })

  it('CONS-008: marks a resource that is new and where no scope makes sense', async () => {
    const [fresh, visitor] = [await server.client({ resources: [READING, WRITING] }), new Visitor()]
    const urlOf = (resources: readonly string[]) => appended(authorizeUrl(server.issuer, fresh, pkce(), { scope: 'read' }), resources)
    await passThrough(visitor, urlOf([READING]))
    const { text } = await visitor.follow(await visitor.get(urlOf([READING, WRITING])))
    expect(text.match(/class="tag"/g)).to.have.length(1)
    expect(text).to.match(/identify you at <strong><bdi>[^<]*<\/bdi><\/strong>\s*<span class="tag">New/)
  })

  it('asks for each scope at the resources where it makes sense', async () => {
    const fresh = await server.client({ resources: [READING, WRITING, ANY] })
    const visitor = new Visitor()
    await visitor.submit(await visitor.get(`${server.issuer}/login`), { username: 'alice', password: PASSWORD })
    const url = appended(authorizeUrl(server.issuer, fresh, pkce(), { scope: 'read write' }), [READING, ANY])
    const { text } = await visitor.follow(await visitor.get(url))
    const groups = text.split('<h2>').slice(1)
    const [reading, any] = [READING, ANY].map((uri) => groups.find((group) => group.includes(uri)) ?? '')
    expect(groups).to.have.length(2)
    expect(reading).to.include('To read things').and.not.include('To write things')
    expect(any).to.include('To read things').and.include('To write things')
  })

  it('a grant without resources takes the default one by name, and no other', async () => {
    const redeem = await approved([])
    expectErrorJson(await redeem({ resource: READING }), 400, 'invalid_target')
    expect(worth(await redeem({ resource: server.issuer }))).to.deep.equal([server.issuer, 'read write'])
  })

  it('RFC 8707 §2: client_credentials', async () => {
    const ask = (more: Record<string, string>) => askToken(server.issuer, client, { grant_type: 'client_credentials', ...more })
    expect(worth(await ask({}))).to.deep.equal([server.issuer, 'read write'])
    expect(worth(await ask({ resource: READING }))).to.deep.equal([READING, 'read'])
    expect(worth(await ask({ resource: ANY, scope: 'write' }))).to.deep.equal([ANY, 'write'])
    expectErrorJson(await ask({ resource: READING, scope: 'write' }), 400, 'invalid_scope')
    expectErrorJson(await ask({ resource: WRITING, scope: 'admin' }), 400, 'invalid_scope')
  })

  it('audience and aud decide nothing', async () => {
    const wrong = { audience: FOREIGN, aud: FOREIGN }
    const fields = { grant_type: 'client_credentials', ...wrong }
    expect(worth(await askBackChannel(`${server.issuer}/token`, client, fields))).to.deep.equal([server.issuer, 'read write'])
    expect(worth(await (await approved([READING], 'read'))(wrong))).to.deep.equal([READING, 'read'])
  })
})
