import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose'
import type { ClientWithSecret } from '../../ports/for-administering.js'
import { portcullis, told } from '../support/command.js'
import { ServerProcess } from '../support/process.js'
import { seenByRunningServers } from '../support/seen.js'
import { testEnvironment } from '../support/server.js'
import { onEachSharedStore, type FreshStore } from '../support/stores.js'
import { askToken, introspect } from '../support/visitor.js'

interface Sample {
  readonly jwt: string
  readonly kid: string
  /** Which server signed it. */
  readonly by: ServerProcess
}

const kidOf = (jwt: string): string => String(decodeProtectedHeader(jwt).kid)

onEachSharedStore('signing keys of two server processes under load', 120_000, (store) => {
  let folder: string
  let environment: Record<string, string>
  let servers: readonly [ServerProcess, ServerProcess]
  let client: ClientWithSecret
  let fresh: FreshStore

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcullis-keys-'))
    fresh = await store.fresh()
    environment = await testEnvironment(folder, fresh.settings)
    const second = await testEnvironment(folder, { ...fresh.settings, ISSUER: environment['PORTCULLIS_ISSUER'] ?? '' })
    await told(folder, environment, 'scope', 'create', 'read', '--description', 'May read')
    const traits = ['--name', 'Job', '--grant', 'client_credentials', '--scope', 'read', '--default-scope', 'read']
    const made = await told(folder, environment, 'client', 'create', ...traits)
    client = { client: { id: made['client_id'], authMethod: 'client_secret_basic' }, secret: made['client_secret'] } as ClientWithSecret
    servers = [new ServerProcess(environment, folder), new ServerProcess(second, folder)]
    await Promise.all(servers.map((server) => server.start()))
  })
  after(async () => {
    await Promise.all(servers.map((server) => server.end('SIGKILL')))
    await rm(folder, { recursive: true, force: true })
    await fresh.drop()
  })

  const operate = (...args: string[]) => told(folder, environment, 'key', ...args)
  const listed = async () => (await operate('list'))['keys'] as { readonly id: string; readonly state: string }[]
  const other = (server: ServerProcess): ServerProcess => (server === servers[0] ? servers[1] : servers[0])
  const jwksOf = async ({ address }: ServerProcess) => (await (await fetch(`${address}/.well-known/jwks.json`)).json()) as JSONWebKeySet
  const isActive = async ({ address }: ServerProcess, jwt: string) => (await introspect(address, client, jwt)).body['active']
  const verifies = (jwt: string, keys: JSONWebKeySet) =>
    jwtVerify(jwt, createLocalJWKSet(keys), { issuer: environment['PORTCULLIS_ISSUER'] ?? '' })

  async function sampleOf(by: ServerProcess): Promise<Sample> {
    const { body } = await askToken(by.address, client, { grant_type: 'client_credentials' })
    const jwt = String(body['access_token'])
    return { jwt, kid: kidOf(jwt), by }
  }

  /** A token, verified with the keys that the other server published before it was asked for. */
  async function verified(by: ServerProcess): Promise<Sample> {
    const asked = Date.now()
    const keys = await jwksOf(other(by))
    const sample = await sampleOf(by)
    // Keys asked for longer before are none that a key's two seconds of publication promise anything about.
    if (Date.now() - asked < 500) await verifies(sample.jwt, keys)
    return sample
  }

  it('JWKS-005 RFC 9068 §4: every token verifies with the keys that the other server published before, whatever is rotated', async () => {
    const samples: Sample[] = []
    let isOver = false
    const load = [...servers, ...servers].map(async (server) => {
      while (!isOver) samples.push(await verified(server))
    })
    const signedByBoth = async (kid: string): Promise<void> => {
      for (const server of servers) while (kidOf((await verified(server)).jwt) !== kid);
    }
    const first = (await verified(servers[0])).kid
    const rotated: string[] = []
    try {
      for (let round = 0; round < 3; round++) {
        const { id } = await operate('rotate')
        rotated.push(String(id))
        await signedByBoth(String(id))
      }
    } finally {
      isOver = true
      await Promise.all(load)
    }
    expect(new Set(samples.map(({ kid }) => kid))).to.deep.equal(new Set([first, ...rotated]))
    for (const server of servers) {
      const keys = await jwksOf(server)
      expect(keys.keys.map(({ kid }) => kid)).to.deep.equal([first, ...rotated])
      for (const kid of [first, ...rotated]) {
        const last = samples.findLast((sample) => sample.kid === kid)
        await verifies(last?.jwt ?? '', keys)
        expect(await isActive(server, last?.jwt ?? '')).to.equal(true)
      }
    }
    expect((await listed()).map(({ state }) => state)).to.deep.equal(['published', 'published', 'published', 'active'])
  })

  it('a key that is retired is worth nothing a second later, on both, and the newest other one signs', async () => {
    const { jwt, kid } = await sampleOf(servers[0])
    const next = String((await operate('rotate', '--after', '1h'))['id'])
    expect((await sampleOf(servers[1])).kid).to.equal(kid)
    await operate('retire', kid)
    await seenByRunningServers()
    for (const server of servers) {
      const keys = await jwksOf(server)
      expect(keys.keys.map((key) => key.kid))
        .to.include(next)
        .and.not.include(kid)
      expect(await isActive(server, jwt)).to.equal(false)
      const sample = await sampleOf(server)
      expect(sample.kid).to.equal(next)
      await verifies(sample.jwt, await jwksOf(other(server)))
      expect(await isActive(other(server), sample.jwt)).to.equal(true)
    }
  })

  it('the last one is refused', async () => {
    const keys = await listed()
    for (const { id, state } of keys) if (state !== 'active') await operate('retire', id)
    const [last, ...more] = await listed()
    expect(more).to.deep.equal([])
    const { code, out, errors } = await portcullis(folder, environment, ['key', 'retire', last?.id ?? ''])
    expect({ code, out }).to.deep.equal({ code: 1, out: '' })
    expect(errors).to.include('is the last one: rotate first')
    expect(await listed()).to.deep.equal([last])
  })

  it('operators who rotate and retire at the same moment leave keys that sign and verify', async () => {
    await operate('rotate')
    const known = await listed()
    const commands = [...known.map(({ id }) => ['retire', id]), ['rotate'], ...known.map(({ id }) => ['retire', id]), ['rotate']]
    const ended = await Promise.all(commands.map((args) => portcullis(folder, environment, ['key', ...args, '--json'])))
    for (const { code, errors } of ended) expect(code, errors).to.be.oneOf([0, 1])
    const there = (await listed()).map(({ id }) => id)
    expect(there).to.not.deep.equal([])
    expect(new Set(there).size).to.equal(there.length)
    await seenByRunningServers()
    for (const server of servers) {
      expect((await jwksOf(server)).keys.map(({ kid }) => kid)).to.deep.equal(there)
      await verifies((await sampleOf(server)).jwt, await jwksOf(other(server)))
    }
  })
})
