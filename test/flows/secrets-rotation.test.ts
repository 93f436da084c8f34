import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { Secret, TOTP } from 'otpauth'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { told } from '../support/command.js'
import { ServerProcess } from '../support/process.js'
import { PASSWORD, testEnvironment } from '../support/server.js'
import { onEachSharedStore, type FreshStore } from '../support/stores.js'
import { freshCode, introspect, redeem, refresh, Visitor, type Page } from '../support/visitor.js'
import { csrfOn, recoveryCodesOn, secretOn } from './second-factor-people.js'

const [OLD, NEW] = [randomBytes(32), randomBytes(32)].map((secret) => secret.toString('base64url')) as [string, string]

onEachSharedStore('replacing SECRETS', 120_000, (store) => {
  let folder: string
  let environment: Record<string, string>
  let issuer: string
  let server: ServerProcess
  let client: ClientWithSecret
  let fresh: FreshStore
  const alice = new Visitor()

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcullis-secrets-'))
    fresh = await store.fresh()
    environment = await testEnvironment(folder, { CODE_TTL: '10m', ...fresh.settings, SECRETS: OLD })
    issuer = environment['PORTCULLIS_ISSUER'] ?? ''
    const operate = (...args: string[]) => told(folder, environment, ...args)
    await operate('scope', 'create', 'read', '--description', 'May read')
    for (const username of ['alice', 'bob']) await operate('user', 'create', '--username', username, '--password', PASSWORD)
    const traits = ['--redirect-uri', 'https://rp.test/cb', '--grant', 'authorization_code', '--grant', 'refresh_token', '--scope', 'read']
    const made = await operate('client', 'create', '--name', 'App', ...traits)
    const registered = { id: made['client_id'], authMethod: 'client_secret_basic', redirectUris: made['redirect_uris'] }
    client = { client: registered, secret: made['client_secret'] } as ClientWithSecret
    server = new ServerProcess(environment, folder)
    await server.start()
  })
  after(async () => {
    await server.end('SIGKILL')
    await rm(folder, { recursive: true, force: true })
    await fresh.drop()
  })

  /** The same server, with these secrets. */
  async function restart(...secrets: string[]): Promise<void> {
    expect(await server.end('SIGTERM')).to.equal(0)
    environment = { ...environment, PORTCULLIS_SECRETS: secrets.join(',') }
    server = new ServerProcess(environment, folder)
    await server.start()
  }

  const code = () => freshCode(issuer, client, { visitor: alice })
  const isSignedIn = async () => (await alice.get(`${issuer}/account`)).status === 200
  const keys = () => createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  const isGood = async (token: unknown): Promise<unknown> => {
    await jwtVerify(String(token), keys(), { issuer })
    return (await introspect(issuer, client, token)).body['active']
  }
  /** What an authenticator app shows, so many steps of half a minute from now: each step is good once. */
  const otpOf = (secret: string, steps: number) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 })

  async function password(visitor: Visitor, username: string): Promise<Page> {
    return visitor.follow(await visitor.submit(await visitor.get(`${issuer}/login`), { username, password: PASSWORD }))
  }

  async function enrol(username: string): Promise<{ secret: string; codes: readonly string[] }> {
    const visitor = new Visitor()
    const account = await password(visitor, username)
    const page = await visitor.follow(await visitor.post(`${issuer}/account/otp/enrol`, { _csrf: csrfOn(account) }))
    const secret = secretOn(page)
    // The step before this one is refused as soon as this one is over.
    const left = 30_000 - (Date.now() % 30_000)
    if (left < 5_000) await wait(left)
    return { secret, codes: recoveryCodesOn(await visitor.submit(page, { otp: otpOf(secret, -1) })) }
  }

  async function signsIn(username: string, otp: string): Promise<boolean> {
    const visitor = new Visitor()
    await visitor.submit(await password(visitor, username), { otp })
    return (await visitor.get(`${issuer}/account`)).status === 200
  }

  it('in front, resealed, and the old one dropped: nobody is logged out, and no key and no authenticator app is lost', async () => {
    const [outstanding, first] = [await code(), await redeem(issuer, client, await code())]
    const left = await redeem(issuer, client, await code())
    const bob = await enrol('bob')
    expect(bob.codes).to.have.lengthOf(10)
    const kid = decodeProtectedHeader(String(first.body['access_token'])).kid

    await restart(NEW, OLD)
    expect(await isSignedIn()).to.equal(true)
    expect((await redeem(issuer, client, outstanding)).status).to.equal(200)
    const second = await refresh(issuer, client, first.body['refresh_token'])
    expect(second.status).to.equal(200)
    for (const { body } of [first, second]) expect(await isGood(body['access_token'])).to.equal(true)
    expect(await signsIn('bob', otpOf(bob.secret, 0))).to.equal(true)
    expect(await signsIn('bob', bob.codes[0] ?? '')).to.equal(true)

    const reseal = async () => told(folder, environment, 'secrets', 'reseal')
    expect(await reseal()).to.deep.equal({ resealed: { keys: 1, second_factors: 1 } })
    expect(await reseal()).to.deep.equal({ resealed: { keys: 0, second_factors: 0 } })
    const between = await redeem(issuer, client, await code())
    expect(between.status).to.equal(200)

    await restart(NEW)
    expect(await isSignedIn()).to.equal(true)
    const third = await refresh(issuer, client, second.body['refresh_token'])
    expect([third.status, (await refresh(issuer, client, between.body['refresh_token'])).status]).to.deep.equal([200, 200])
    for (const { body } of [first, second, between, third]) {
      expect(await isGood(body['access_token'])).to.equal(true)
      expect(decodeProtectedHeader(String(body['access_token'])).kid).to.equal(kid)
    }
    expect(await signsIn('bob', otpOf(bob.secret, 1))).to.equal(true)
    expect((await redeem(issuer, client, await code())).status).to.equal(200)
    expect(await signsIn('bob', bob.codes[1] ?? ''), 'a recovery code made under the old secret').to.equal(false)
    const dead = await refresh(issuer, client, left.body['refresh_token'])
    expect([dead.status, dead.body['error']], 'made under the old secret alone').to.deep.equal([400, 'invalid_grant'])
  })
})
