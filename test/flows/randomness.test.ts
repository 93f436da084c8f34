import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { askToken, authorizeUrl, pkce, redeem, refresh, Visitor } from '../support/visitor.js'
import { aServer, signIn, type World } from './second-factor-people.js'

const MANY = 1000

/** 1,000 values of one kind, made at one moment: nothing of them may come from the time, and nothing be shared but the tag in front. */
function expectRandom(values: readonly string[], tag: string): void {
  expect(new Set(values).size).to.equal(values.length)
  const bodies = values.map((value) => {
    expect(value).to.match(new RegExp(`^${tag}[A-Za-z0-9_-]{27,}$`))
    return value.slice(tag.length)
  })
  const sorted = [...bodies].sort()
  const shared = sorted.slice(1).map((body, i) => Array.from(body).findIndex((letter, at) => letter !== sorted[i]?.[at]))
  expect(Math.max(...shared), 'characters that two of them have in common').to.be.at.most(10)
  expect(sorted, 'an order in which they were made').to.not.deep.equal(bodies)
  const bytes = bodies.map((body) => Buffer.from(body, 'base64url'))
  const bits = Array.from(
    { length: bytes[0]!.length * 8 },
    (_, bit) => bytes.filter((one) => ((one[bit >> 3] ?? 0) >> (bit & 7)) & 1).length,
  )
  const random = bits.filter((ones) => ones > MANY * 0.35 && ones < MANY * 0.65)
  expect(random.length, 'bits that are as often set as not').to.be.at.least(160)
}

describe('what is made of random numbers', function () {
  this.timeout(120_000)
  let world: World
  let client: ClientWithSecret
  const visitor = new Visitor()
  before(async () => {
    world = await aServer()
    client = await world.client({ firstParty: true })
    await signIn(visitor, world)
  })
  after(() => world.stop())

  async function aCode(): Promise<{ code: string; verifier: string }> {
    const proof = pkce()
    const { location } = await visitor.get(authorizeUrl(world.issuer, client, proof))
    return { code: new URL(location ?? '').searchParams.get('code') ?? '', verifier: proof.verifier }
  }

  async function times<T>(make: () => Promise<T>): Promise<T[]> {
    const made: T[] = []
    while (made.length < MANY) made.push(...(await Promise.all(Array.from({ length: 20 }, make))))
    return made
  }

  it(`RESP-004 RFC 6749 §10.10: ${MANY} codes of one moment are unlike, and say nothing of it`, async () => {
    expectRandom(
      (await times(aCode)).map(({ code }) => code),
      'pc_ac_',
    )
  })

  it(`TOKEN-023 RFC 6749 §10.10: so are ${MANY} refresh tokens, and the jti of as many access tokens`, async () => {
    const given = await times(async () => (await redeem(world.issuer, client, await aCode())).body)
    expectRandom(
      given.map((body) => String(body['refresh_token'])),
      'pc_rt_',
    )
    const jti = given.map((body) => decodeJwt(String(body['access_token'])).jti ?? '')
    expect(new Set(given.map((body) => body['access_token'])).size).to.equal(MANY)
    expectRandom(
      jti.map((id) => id.replace('.', '')),
      '',
    )
  })

  it('TOKEN-023 RFC 7519 §4.1.7: a lineage and a client of its own right get another jti with every token', async () => {
    const seen = new Set<unknown>()
    let { body } = await redeem(world.issuer, client, await aCode())
    for (let round = 0; round < 50; round++) {
      seen.add(decodeJwt(String(body['access_token'])).jti)
      body = (await refresh(world.issuer, client, body['refresh_token'])).body
      const own = await askToken(world.issuer, client, { grant_type: 'client_credentials' })
      seen.add(decodeJwt(String(own.body['access_token'])).jti)
    }
    expect(seen.size).to.equal(100)
  })
})
