import { expect } from 'chai'
import { expectErrorJson, expectTokens } from '../support/answers.js'
import { PASSWORD } from '../support/server.js'
import { onEachStore } from '../support/stores.js'
import { askToken, authorizeUrl, freshCode, passThrough, pkce, redeem, refresh, Visitor } from '../support/visitor.js'
import { aServer, act, codeOf, secretOn, type World } from './second-factor-people.js'

const OPEN = { isPublic: true, grants: ['authorization_code', 'refresh_token'] } as const

onEachStore('the proof of a code', (store) => {
  let world: World
  before(async () => {
    world = await aServer(store)
  })
  after(() => world.stop())

  for (const [kind, draft] of [
    ['confidential', {}],
    ['public', OPEN],
  ] as const) {
    it(`PKCE-012 RFC 7636 §4.6, RFC 9700 §4.8: a ${kind} client redeems by its verifier alone, and a wrong one burns nothing`, async () => {
      const client = await world.client(draft)
      const proof = pkce()
      const back = await passThrough(new Visitor(), authorizeUrl(world.issuer, client, proof))
      const code = back.searchParams.get('code') ?? ''
      const { verifier, challenge } = proof
      const wrong = [challenge, pkce().verifier, verifier.toUpperCase(), verifier.slice(1), `${verifier}A`, `${verifier}=`, ` ${verifier}`]
      for (const each of wrong) expectErrorJson(await redeem(world.issuer, client, { code, verifier: each }), 400, 'invalid_grant', each)
      for (const none of [{}, { code_verifier: '' }])
        expectErrorJson(await askToken(world.issuer, client, { grant_type: 'authorization_code', code, ...none }), 400, 'invalid_grant')
      const plain = { grant_type: 'authorization_code', code, code_verifier: challenge, code_challenge_method: 'plain' }
      expectErrorJson(await askToken(world.issuer, client, plain), 400, 'invalid_grant')
      expectTokens(await redeem(world.issuer, client, { code, verifier }))
    })

    it(`PKCE-015 RFC 9700 §4.5.3.1: of two flows of one ${kind} client neither redeems the code of the other`, async () => {
      const client = await world.client(draft)
      const [one, other] = await Promise.all([freshCode(world.issuer, client), freshCode(world.issuer, client, { username: 'bob' })])
      for (const [code, { verifier }] of [
        [one, other],
        [other, one],
      ] as const) {
        const answer = await redeem(world.issuer, client, { code: code.code, verifier })
        expectErrorJson(answer, 400, 'invalid_grant')
      }
      for (const code of [one, other]) expectTokens(await redeem(world.issuer, client, code))
    })
  }

  it('PKCE-017 RFC 7636 §4.4: a challenge survives sign-in, a new password, a second factor that is set up on the way, and approval', async () => {
    const client = await world.client({ requireOtp: true })
    await world.administering.createUser({ username: 'carol', password: PASSWORD }, { requestId: 'test', address: 'cli' })
    const proof = pkce()
    const visitor = new Visitor()
    const login = await visitor.follow(await visitor.get(authorizeUrl(world.issuer, client, proof)))
    const asked = await visitor.follow(await visitor.submit(login, { username: 'carol', password: PASSWORD }))
    const changed = await act(visitor, world, 'password', { current_password: PASSWORD, new_password: 'another battery staple' })
    expect(changed.location).to.equal(`${world.issuer}/account?password-changed`)
    const enrolment = await visitor.get(asked.url)
    const confirmed = await visitor.submit(enrolment, { otp: codeOf(secretOn(enrolment), world) })
    expect(confirmed.text).to.match(/[0-9a-z]{5}-[0-9a-z]{5}/)
    const flow = new URL(login.url).searchParams.get('flow') ?? ''
    const approval = await visitor.follow(await visitor.get(`${world.issuer}/authorize?flow=${flow}`))
    const back = new URL((await visitor.submit(approval, { decision: 'allow' })).location ?? '')
    const code = back.searchParams.get('code') ?? ''
    expectErrorJson(await redeem(world.issuer, client, { code, verifier: pkce().verifier }), 400, 'invalid_grant')
    const answer = await redeem(world.issuer, client, { code, verifier: proof.verifier })
    expectTokens(answer)
    expectTokens(await refresh(world.issuer, client, answer.body['refresh_token']))
  })

  it('RFC 7636 §4.3: parameters of the flow that are changed on the way change nothing', async () => {
    const client = await world.client()
    const [proof, attacker] = [pkce(), pkce()]
    const visitor = new Visitor()
    const login = await visitor.get(authorizeUrl(world.issuer, client, proof))
    const forged = `&code_challenge=${attacker.challenge}&code_challenge_method=S256`
    const back = await passThrough(visitor, `${login.location ?? ''}${forged}`)
    const code = back.searchParams.get('code') ?? ''
    expectErrorJson(await redeem(world.issuer, client, { code, verifier: attacker.verifier }), 400, 'invalid_grant')
    expectTokens(await redeem(world.issuer, client, { code, verifier: proof.verifier }))
  })
})
