import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { MEMORY, onEachStore, type TestStore } from '../support/stores.js'
import { askToken, authorizeUrl, pkce, redeem, refresh, Visitor, type TokenAnswer } from '../support/visitor.js'
import { aServer, signIn, type World } from './second-factor-people.js'

const MANY = 1000

/** Values of one kind, made at one moment: nothing of them may come from the time, and nothing be shared but the tag in front. */
function expectUnlike(values: readonly string[], tag: string): readonly string[] {
  expect(new Set(values).size).to.equal(values.length)
  const bodies = values.map((value) => {
    expect(value).to.match(new RegExp(`^${tag}[A-Za-z0-9_-]{27,}$`))
    return value.slice(tag.length)
  })
  const sorted = [...bodies].sort()
  const shared = sorted.slice(1).map((body, i) => Array.from(body).findIndex((letter, at) => letter !== sorted[i]?.[at]))
  expect(Math.max(...shared), 'characters that two of them have in common').to.be.at.most(10)
  expect(sorted, 'an order in which they were made').to.not.deep.equal(bodies)
  return bodies
}

/** The same of MANY, which are enough to look at every bit. */
function expectRandom(values: readonly string[], tag: string): void {
  const bytes = expectUnlike(values, tag).map((body) => Buffer.from(body, 'base64url'))
  const bits = Array.from(
    { length: bytes[0]!.length * 8 },
    (_, bit) => bytes.filter((one) => ((one[bit >> 3] ?? 0) >> (bit & 7)) & 1).length,
  )
  const random = bits.filter((ones) => ones > MANY * 0.35 && ones < MANY * 0.65)
  expect(random.length, 'bits that are as often set as not').to.be.at.least(160)
}

/** A server on the store, and what is made there. */
function making(store: TestStore) {
  const visitor = new Visitor()
  let world: World
  let client: ClientWithSecret
  before(async () => {
    world = await aServer(store)
    client = await world.client({ firstParty: true })
    await signIn(visitor, world)
  })
  after(() => world.stop())

  async function aCode(): Promise<{ code: string; verifier: string }> {
    const proof = pkce()
    const { location } = await visitor.get(authorizeUrl(world.issuer, client, proof))
    return { code: new URL(location ?? '').searchParams.get('code') ?? '', verifier: proof.verifier }
  }
  const body = ({ body }: TokenAnswer) => body
  return {
    aCode,
    tokens: async () => redeem(world.issuer, client, await aCode()).then(body),
    successor: (token: unknown) => refresh(world.issuer, client, token).then(body),
    own: () => askToken(world.issuer, client, { grant_type: 'client_credentials' }).then(body),
  }
}
const jtiOf = (body: TokenAnswer['body']): string => decodeJwt(String(body['access_token'])).jti ?? ''

describe('what is made of random numbers, on memory alone since no store has a part in it', function () {
  this.timeout(120_000)
  const { aCode, tokens } = making(MEMORY)

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
    const given = await times(tokens)
    expectRandom(
      given.map((body) => String(body['refresh_token'])),
      'pc_rt_',
    )
    expect(new Set(given.map((body) => body['access_token'])).size).to.equal(MANY)
    expectRandom(
      given.map((body) => jtiOf(body).replace('.', '')),
      '',
    )
  })
})

onEachStore('what is made of random numbers, some of each', (store) => {
  const FEW = store.contenders
  const { aCode, tokens, successor, own } = making(store)

  it(`RESP-004 TOKEN-023 RFC 6749 §10.10: ${FEW} codes, refresh tokens and jti are unlike`, async () => {
    const few = Array.from({ length: FEW })
    const [codes, given] = [await Promise.all(few.map(aCode)), await Promise.all(few.map(tokens))]
    expectUnlike(
      codes.map(({ code }) => code),
      'pc_ac_',
    )
    expectUnlike(
      given.map((body) => String(body['refresh_token'])),
      'pc_rt_',
    )
    expectUnlike(
      given.map((body) => jtiOf(body).replace('.', '')),
      '',
    )
  })

  it('TOKEN-023 RFC 7519 §4.1.7: a lineage and a client of its own right get another jti with every token', async () => {
    const seen = new Set<unknown>()
    let body = await tokens()
    for (let round = 0; round < FEW; round++) {
      seen.add(jtiOf(body))
      body = await successor(body['refresh_token'])
      seen.add(jtiOf(await own()))
    }
    expect(seen.size).to.equal(2 * FEW)
  })
})
