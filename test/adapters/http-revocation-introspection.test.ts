import { expect } from 'chai'
import type supertest from 'supertest'
import { Busy, OAuthError, StoreUnavailable } from '../../domain/errors.js'
import { basic, errorOf, FORM, headerOf, SECRET, serve, World } from './http-fixture.js'

const TOKEN = 'token=pc_rt_x'
const corsOf = ({ headers }: supertest.Response): string[] =>
  Object.keys(headers as object).filter((name) => name.startsWith('access-control-'))

for (const { path, isOpen, said, reached } of [
  { path: '/token/revoke', isOpen: true, said: {}, reached: (world: World) => world.revoked },
  { path: '/token/introspect', isOpen: false, said: { active: false }, reached: (world: World) => world.inspected },
])
  describe(`POST ${path}`, () => {
    let world: World
    beforeEach(() => {
      world = new World()
    })

    const ask = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}, query = ''): supertest.Test =>
      serve(world)
        .post(`${path}${query}`)
        .set({ 'Content-Type': FORM, Authorization: basic('C-CONF', SECRET), Origin: 'https://spa.test', ...headers })
        .serialize((raw: unknown) => raw as string)
        .send(body)
    function expectBackChannel(response: supertest.Response): void {
      expect(headerOf(response, 'content-type')).to.match(/^application\/json/)
      expect(headerOf(response, 'cache-control')).to.equal('no-store')
      expect(headerOf(response, 'pragma')).to.equal('no-cache')
      expect(headerOf(response, 'x-content-type-options')).to.equal('nosniff')
      expect(headerOf(response, 'x-request-id')).to.match(/^[\w-]{22}$/)
      expect(response.headers).to.not.have.any.keys('etag', 'set-cookie', 'access-control-allow-credentials')
      expect(headerOf(response, 'access-control-allow-origin')).to.equal(isOpen ? '*' : undefined)
      if (!isOpen) expect(corsOf(response)).to.deep.equal([])
    }
    function expectRefusal(response: supertest.Response, status: number, error: string): void {
      expect([response.status, errorOf(response)], response.text).to.deep.equal([status, error])
      expectBackChannel(response)
      expect(response.body).to.have.all.keys('error', 'error_description')
      expect(headerOf(response, 'www-authenticate')).to.equal(status === 401 ? 'Basic realm="portcullis"' : undefined)
    }

    it('answers JSON that nobody may keep', async () => {
      const response = await ask(TOKEN)
      expect([response.status, response.body]).to.deep.equal([200, said])
      expectBackChannel(response)
      expect(reached(world)).to.deep.equal(['pc_rt_x'])
    })

    it('reads the token alone: hints, unknown and empty parameters change nothing', async () => {
      for (const more of ['token_type_hint=bogus', 'token_type_hint=', 'foo=bar', 'scope=read&grant_type=foo', '__proto__=x'])
        expect((await ask(`${more}&${TOKEN}`)).status, more).to.equal(200)
      expect(reached(world)).to.deep.equal(Array.from({ length: 5 }, () => 'pc_rt_x'))
    })

    it('answers JSON to whoever prefers something else', async () => {
      const response = await ask(TOKEN, { Accept: 'application/token-introspection+jwt, text/html' })
      expect([response.status, response.body]).to.deep.equal([200, said])
      expectBackChannel(response)
    })

    const malformed: readonly [string, string | Buffer][] = [
      ['no body', ''],
      ['no token', 'token_type_hint=refresh_token'],
      ['an empty token', 'token='],
      ['a token sent twice', `${TOKEN}&${TOKEN}`],
      ['an empty token beside one', `token=&${TOKEN}`],
      ['a hint sent twice', `${TOKEN}&token_type_hint=a&token_type_hint=a`],
      ['a name in the wrong case', 'Token=x'],
      ['%zz', 'token=%zz'],
      ['%00', 'token=%00'],
      ['a newline', 'token=a%0Ab'],
      ['a lone surrogate', 'token=%ED%A0%80'],
      ['raw bytes that are not UTF-8', Buffer.from([0x74, 0x3d, 0xff])],
    ]
    for (const [what, body] of malformed)
      it(`${what} is invalid_request`, async () => {
        expectRefusal(await ask(body), 400, 'invalid_request')
        expect(reached(world)).to.be.empty
      })

    it('RFC 6749 §2.3.1: nothing may stand in the query string', async () => {
      for (const query of [`?${TOKEN}`, '?client_id=C-POST&client_secret=x', '?x=1'])
        expectRefusal(await ask(TOKEN, {}, query), 400, 'invalid_request')
      expect(reached(world)).to.be.empty
    })

    it('is asked by forms alone', async () => {
      for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', `${FORM}; charset=utf-7`])
        expectRefusal(await ask(TOKEN, { 'Content-Type': type }), 400, 'invalid_request')
      expectRefusal(await ask('x', { 'Content-Encoding': 'gzip' }), 415, 'invalid_request')
      expectRefusal(await ask(`${TOKEN}${'x'.repeat(17_000)}`), 413, 'invalid_request')
      expect(reached(world)).to.be.empty
    })

    it('CAUTH-019 RFC 7009 §2.1, RFC 7662 §2.1: a client that is not proved is invalid_client, whatever the token', async () => {
      for (const authorization of [basic('C-CONF', 'wrong'), basic('C-CONF', ''), basic('nobody', SECRET), 'Basic !!!', 'Bearer a.b.c'])
        for (const body of [TOKEN, '']) expectRefusal(await ask(body, { Authorization: authorization }), 401, 'invalid_client')
      const inBody = new URLSearchParams({ token: 'x', client_id: 'C-CONF', client_secret: SECRET }).toString()
      expectRefusal(await ask(inBody), 400, 'invalid_request')
      expect(reached(world)).to.be.empty
    })

    it('too many wrong secrets are 429 with Retry-After', async () => {
      world.failure = new OAuthError('temporarily_unavailable', 'too many', { retryAfter: 61.2 })
      const response = await ask(TOKEN)
      expectRefusal(response, 429, 'temporarily_unavailable')
      expect(headerOf(response, 'retry-after')).to.equal('62')
    })

    for (const failure of [new StoreUnavailable('down'), new Busy('full')])
      it(`${failure.name} is 503 with Retry-After`, async () => {
        world.failure = failure
        const response = await ask(TOKEN)
        expectRefusal(response, 503, 'temporarily_unavailable')
        expect(headerOf(response, 'retry-after')).to.match(/^[1-9]\d*$/)
        expect(response.text).to.not.include('active')
      })

    it('so is a store that does not answer', async () => {
      world.isHanging = true
      const response = await ask(TOKEN)
      expectRefusal(response, 503, 'temporarily_unavailable')
      expect(headerOf(response, 'retry-after')).to.match(/^[1-9]\d*$/)
    })

    it('what is unexpected is a bare server_error', async () => {
      world.failure = new Error('a secret detail')
      const response = await ask(TOKEN)
      expectRefusal(response, 500, 'server_error')
      expect(response.text).to.not.include('secret detail')
    })
  })
