import { expect } from 'chai'
import { ask, basic, errorOf, headerOf, REDEEM, SECRET, World } from './http-fixture.js'

const encoded = (text: string | Buffer) => Buffer.from(text).toString('base64')
const inBody = (id: string, secret: string) => `${REDEEM}&${new URLSearchParams({ client_id: id, client_secret: secret }).toString()}`

describe('client authentication at /token', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const right: readonly [string, string, string][] = [
    ['Basic, both halves encoded as a form is', basic('we ird:id+%', SECRET), REDEEM],
    ['CAUTH-016: basic', basic('C-CONF', SECRET, 'basic'), REDEEM],
    ['CAUTH-016: BASIC', basic('C-CONF', SECRET, 'BASIC'), REDEEM],
    ['Basic with the same client_id in the body', basic('C-CONF', SECRET), `${REDEEM}&client_id=C-CONF`],
    ['Basic with empty credentials in the body', basic('C-CONF', SECRET), `${REDEEM}&client_id=&client_secret=`],
    ['CAUTH-002: client_secret_post', '', inBody('C-POST', SECRET)],
    ['CAUTH-011: a public client', '', `${REDEEM}&client_id=C-PUB`],
  ]
  for (const [what, authorization, body] of right)
    it(`${what} is accepted`, async () => {
      const response = await ask(world, body, authorization)
      expect(response.status, response.text).to.equal(200)
    })

  const wrong: readonly [string, string, string, number, string][] = [
    ['CAUTH-004: a wrong secret', basic('C-CONF', 'wrong'), REDEEM, 401, 'invalid_client'],
    ['CAUTH-005: a wrong secret in the body', '', inBody('C-POST', 'wrong'), 401, 'invalid_client'],
    ['CAUTH-007: a confidential client without secret', '', `${REDEEM}&client_id=C-CONF`, 401, 'invalid_client'],
    ['CAUTH-013: Basic !!!', 'Basic !!!', REDEEM, 401, 'invalid_client'],
    ['CAUTH-013: Basic alone', 'Basic', REDEEM, 401, 'invalid_client'],
    ['CAUTH-013: no colon', `Basic ${encoded('nocolon')}`, REDEEM, 401, 'invalid_client'],
    ['CAUTH-013: %zz', `Basic ${encoded('%zz:x')}`, REDEEM, 401, 'invalid_client'],
    ['CAUTH-013: %zz in the secret', `Basic ${encoded('C-CONF:%zz')}`, REDEEM, 401, 'invalid_client'],
    ['bytes that are not UTF-8', `Basic ${encoded(Buffer.from([0xff, 0x3a, 0x78]))}`, REDEEM, 401, 'invalid_client'],
    ['base64 that ends in stray bits', `Basic ${encoded('C-CONF:x').replace(/.$/, 'B')}`, REDEEM, 401, 'invalid_client'],
    ['base64 of the URL kind', 'Basic Pz8_Og==', REDEEM, 401, 'invalid_client'],
    ['two values in one header', `Basic ${encoded('C-CONF:x')}, Basic ${encoded('C-CONF:x')}`, REDEEM, 401, 'invalid_client'],
    ['an empty client_id', `Basic ${encoded(':x')}`, REDEEM, 401, 'invalid_client'],
    ['not encoded as a form is', `Basic ${encoded(`we ird:id+%:${SECRET}`)}`, REDEEM, 401, 'invalid_client'],
    ['CAUTH-014: Bearer', 'Bearer a.b.c', REDEEM, 401, 'invalid_client'],
    ['CAUTH-014: Bearer with a public client_id', 'Bearer a.b.c', `${REDEEM}&client_id=C-PUB`, 401, 'invalid_client'],
    ['CAUTH-015: Basic for client_secret_post', basic('C-POST', SECRET), REDEEM, 401, 'invalid_client'],
    ['CAUTH-015: the body for client_secret_basic', '', inBody('C-CONF', SECRET), 401, 'invalid_client'],
    ['CAUTH-017: an empty secret', `Basic ${encoded('C-CONF:')}`, REDEEM, 401, 'invalid_client'],
    ['no authentication', '', REDEEM, 401, 'invalid_client'],
    ['a secret without client_id', '', `${REDEEM}&client_secret=x`, 401, 'invalid_client'],
    ['a public client with a secret', '', inBody('C-PUB', 'x'), 401, 'invalid_client'],
    ['an assertion', '', `${REDEEM}&client_id=C-PUB&client_assertion=x`, 401, 'invalid_client'],
    ['two methods, both right', basic('C-CONF', SECRET), inBody('C-CONF', SECRET), 400, 'invalid_request'],
    ['two methods, the header wrong', basic('C-CONF', 'wrong'), inBody('C-POST', SECRET), 400, 'invalid_request'],
    ['a secret in the body beside Basic', basic('C-CONF', SECRET), `${REDEEM}&client_secret=x`, 400, 'invalid_request'],
    ['another client_id beside Basic', basic('C-CONF', SECRET), `${REDEEM}&client_id=C-PUB`, 400, 'invalid_request'],
    ['an assertion beside Basic', basic('C-CONF', SECRET), `${REDEEM}&client_assertion=x`, 400, 'invalid_request'],
  ]
  for (const [what, authorization, body, status, error] of wrong)
    it(`${what} is ${error}`, async () => {
      const response = await ask(world, body, authorization)
      expect([response.status, errorOf(response)], response.text).to.deep.equal([status, error])
      expect(headerOf(response, 'www-authenticate')).to.equal(status === 401 ? 'Basic realm="portcullis"' : undefined)
      expect(world.exchanges).to.be.empty
    })

  it('parts Basic at the first colon', async () => {
    await ask(world, REDEEM, `Basic ${encoded('C-CONF:a:b')}`)
    expect(world.presented).to.deep.equal([{ method: 'client_secret_basic', clientId: 'C-CONF', secret: 'a:b' }])
  })
})
