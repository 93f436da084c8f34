import { expect } from 'chai'
import { expectErrorPage } from '../support/answers.js'
import { PASSWORD, type TestServer } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { Visitor } from '../support/visitor.js'

const ATTEMPTS = 3
const REFUSED = Array<number>(ATTEMPTS).fill(401)

onEachStore('whom the throttle of sign-ins counts together', (store) => {
  let server: TestServer
  let names = 0
  const believing = (proxies: string): void => {
    before(async () => {
      server = await store.start({ LOGIN_ATTEMPTS: ATTEMPTS.toString(), TRUST_PROXY: proxies })
    })
    after(() => server.stop())
  }
  /** As somebody else each time, so that it is the address that counts. */
  async function signIn(forwarded: string | undefined, username = `nobody ${names++}`, password = 'wrong') {
    const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    const visitor = new Visitor()
    const page = await visitor.get(`${server.issuer}/login`, headers)
    return visitor.submit(page, { username, password }, headers)
  }
  async function statuses(forwarded: readonly (string | undefined)[]): Promise<number[]> {
    const all: number[] = []
    for (const each of forwarded) all.push((await signIn(each)).status)
    return all
  }
  const from = (count: number, address: (i: number) => string) => Array.from({ length: count }, (_, i) => address(i))
  /** Even with the right password, and with a time to wait for. */
  async function expectThrottled(forwarded: string | undefined): Promise<void> {
    const page = await signIn(forwarded, 'alice', PASSWORD)
    expectErrorPage(page, 429)
    expect(Number(page.headers.get('retry-after'))).to.be.within(1, 900)
  }

  describe('with TRUST_PROXY=0', () => {
    believing('0')

    it('ERR-006 RFC 9700 §4.13: the connection: another X-Forwarded-For with each attempt helps nobody', async () => {
      expect(await statuses(from(ATTEMPTS + 2, (i) => `192.0.2.${i}`))).to.deep.equal([...REFUSED, 429, 429])
      for (const other of ['198.51.100.7', '2001:db8::1', '192.0.2.9, 198.51.100.8', undefined]) await expectThrottled(other)
    })
  })

  describe('with TRUST_PROXY=1', () => {
    believing('1')

    it('ERR-006 RFC 9700 §4.13: each address that the proxy forwards for has attempts of its own', async () => {
      expect(await statuses(from(ATTEMPTS + 2, (i) => `192.0.2.${i}`)), 'all of different ones').to.deep.equal([...REFUSED, 401, 401])
      expect(await statuses(from(ATTEMPTS + 1, () => '198.51.100.7')), 'all of one').to.deep.equal([...REFUSED, 429])
      await expectThrottled('198.51.100.7')
      expect((await signIn('198.51.100.8', 'alice', PASSWORD)).status, 'a neighbour').to.equal(303)
    })

    it('ERR-006 RFC 9700 §4.13: what a client wrote to the left of its own address is not believed', async () => {
      expect(await statuses(from(ATTEMPTS + 1, (i) => `192.0.2.${100 + i}, 203.0.113.1`))).to.deep.equal([...REFUSED, 429])
      await expectThrottled('192.0.2.200, 10.0.0.1, 203.0.113.1')
    })

    it('ERR-006 RFC 4291 §2.5.4: the addresses of one /64 are one', async () => {
      expect(await statuses(from(ATTEMPTS + 1, (i) => `2001:db8:0:1::${i + 1}`))).to.deep.equal([...REFUSED, 429])
      expect((await signIn('2001:db8:0:2::1', 'alice', PASSWORD)).status).to.equal(303)
    })
  })
})
