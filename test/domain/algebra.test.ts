import { expect } from 'chai'
import fc from 'fast-check'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { Catalogue } from '../../domain/catalogue.js'
import type { Client } from '../../domain/client.js'
import { approved, covers, type Consent } from '../../domain/consent.js'
import { OAuthError } from '../../domain/errors.js'
import type { Grant } from '../../domain/grant.js'
import type { Resource } from '../../domain/resource.js'
import { worthOf, type Worth } from '../../domain/token-worth.js'
import { aClient, anActiveGrant, NOW, anApproval } from '../support/builders.js'

const NAMES = ['read', 'write', 'admin', 'audit']
const URIS = ['https://a.test/', 'https://b.test/', 'https://c.test/']
const DEFAULT = 'https://as.test'
/** More often much than little, so that not everything is refused. */
const most = <T>(all: T[]) => fc.oneof({ weight: 2, arbitrary: fc.constant(all) }, { weight: 1, arbitrary: fc.subarray(all) })
const names = most(NAMES)
const uris = most(URIS)
/** As sent: also what nobody registered. */
const askedNames = fc.oneof(fc.subarray(NAMES, { maxLength: 2 }), fc.subarray([...NAMES, 'unheard-of']))
const askedUris = fc.oneof(fc.subarray(URIS, { maxLength: 2 }), fc.subarray([...URIS, 'https://unheard-of.test/', DEFAULT]))

/** What an operator registered. */
const registry = fc.record({
  scopes: names,
  resources: uris.chain((some) => fc.tuple(...some.map((uri) => names.map((scopes): Resource => ({ uri, name: uri, scopes }))))),
  client: fc
    .record({ scopes: names, defaultScopes: names, resources: uris })
    .map((lists) => aClient({ ...lists, defaultScopes: lists.defaultScopes.filter((name) => lists.scopes.includes(name)) })),
})
type Registry = typeof registry extends fc.Arbitrary<infer T> ? T : never

async function catalogueOf({ scopes, resources }: Pick<Registry, 'scopes' | 'resources'>): Promise<Catalogue> {
  const storage = openMemoryStorage()
  for (const name of scopes) await storage.scopes.add({ name, description: name })
  for (const resource of resources) await storage.resources.add(resource)
  return new Catalogue(storage.clients, storage.scopes, storage.resources, { now: () => NOW })
}

/** What a scope name may be worth at these resources, said without the code that is tested. */
const meansSomething = (name: string, asked: readonly string[], { resources }: Pick<Registry, 'resources'>): boolean =>
  asked.length === 0 || resources.some(({ uri, scopes }) => asked.includes(uri) && (scopes.length === 0 || scopes.includes(name)))

/** The value, or the code of the refusal. */
async function outcome<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work
  } catch (error) {
    if (error instanceof OAuthError) return error.code
    throw error
  }
}

const check = async <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(arbitrary, holds), { numRuns: 3_000 })

describe('scope algebra', function () {
  this.timeout(60_000)

  it('RFC 6749 §3.3, RFC 8707 §2: a request gets what was asked for, registered, the client’s and meant at the resource, or a refusal', async () => {
    const requests = fc.record({ world: registry, scope: fc.option(askedNames, { nil: undefined }), asked: askedUris })
    await check(requests, async ({ world, scope, asked }) => {
      const catalogue = await catalogueOf(world)
      const { client, scopes, resources } = world
      const isKnown = (uri: string) => client.resources.includes(uri) && resources.some((one) => one.uri === uri)
      const admitted = await outcome(catalogue.admitResources(client, asked))
      expect(admitted).to.deep.equal(asked.every(isKnown) ? asked : 'invalid_target')
      if (typeof admitted === 'string') return
      const isGood = (name: string) => client.scopes.includes(name) && scopes.includes(name) && meansSomething(name, admitted, world)
      const wanted = scope ?? client.defaultScopes.filter(isGood)
      const granted = await outcome(catalogue.admitScopes(client, scope?.join(' '), admitted))
      expect(granted).to.deep.equal(wanted.length > 0 && wanted.every(isGood) ? wanted : 'invalid_scope')
    })
  })

  it('RFC 6749 §10.2: a remembered approval covers no scope and no resource that the person did not approve, and no other registration', async () => {
    const anyUris: fc.Arbitrary<readonly string[]> = fc.oneof(fc.constant([]), uris)
    const approvals = fc.array(fc.record({ scopes: names, resources: anyUris }), { minLength: 1, maxLength: 3 })
    const rounds = fc.record({ approvals, asked: names, at: anyUris, isSame: fc.boolean() })
    let covered = 0
    await check(rounds, async ({ approvals, asked, at, isSame }) => {
      const client = aClient()
      const clientRegistration = isSame ? client.registration : 'another'
      const whose = { clientId: client.id, clientRegistration }
      const consent = approvals.reduce<Consent | undefined>((before, one) => approved(before, anApproval({ ...whose, ...one })), undefined)
      const isWithin = (resources: readonly string[]) =>
        at.length === 0 ? resources.length === 0 : at.every((uri) => resources.includes(uri))
      const isApproved = (name: string) => approvals.some(({ scopes, resources }) => scopes.includes(name) && isWithin(resources))
      const expected = isSame && asked.length > 0 && asked.every(isApproved)
      const { permissions } = anApproval({ scopes: asked, resources: at })
      expect(covers(consent, client, permissions)).to.equal(expected)
      if (expected) covered++
    })
    expect(covered, 'some are covered').to.be.greaterThan(200)
  })

  /** A grant, and then what is left of the registry when its tokens are asked for. */
  const redemptions = fc.record({
    world: registry,
    approved: fc.record({ scopes: names, resources: fc.oneof(fc.constant([]), uris) }),
    asked: fc.option(askedNames, { nil: undefined }),
    resources: askedUris,
  })
  const grantOf = (client: Client, approved: Pick<Grant, 'scopes' | 'resources'>): Grant =>
    anActiveGrant({ clientId: client.id, clientRegistration: client.registration, ...approved })

  function expectNoMoreThan(worth: Worth, grant: Grant, { client, scopes, resources }: Registry): void {
    expect(worth.scopes).to.not.be.empty
    for (const name of worth.scopes) {
      for (const list of [grant.scopes, client.scopes, scopes]) expect(list).to.include(name)
      const bound = grant.resources.length === 0 ? [] : worth.audience
      expect(meansSomething(name, bound, { resources }), `${name} at ${bound.join()}`).to.equal(true)
    }
    if (grant.resources.length === 0) expect(worth.audience).to.deep.equal([DEFAULT])
    else
      for (const uri of worth.audience)
        for (const list of [grant.resources, client.resources, resources.map((one) => one.uri)]) expect(list).to.include(uri)
  }

  it('RFC 6749 §6, RFC 8707 §2.2: tokens are worth no more than was approved and is still there, whatever is asked for', async () => {
    let issued = 0
    await check(redemptions, async ({ world, approved, asked, resources }) => {
      const grant = grantOf(world.client, approved)
      const asking = { client: world.client, resources, asked }
      const worth = await outcome(worthOf(grant, asking, await catalogueOf(world), DEFAULT))
      if (typeof worth === 'string') {
        expect(worth).to.be.oneOf(['invalid_grant', 'invalid_scope', 'invalid_target'])
        return
      }
      issued++
      expectNoMoreThan(worth, grant, world)
      if (asked !== undefined) for (const name of worth.scopes) expect(asked).to.include(name)
      if (resources.length > 0) for (const uri of worth.audience) expect(resources).to.include(uri)
    })
    expect(issued, 'tokens are issued at all').to.be.greaterThan(200)
  })

  it('RFC 6749 §6: to narrow gives never more than not to, and taking away from the registry gives never more than before', async () => {
    const shrunk = fc.record({ redemption: redemptions, left: names, here: uris })
    await check(shrunk, async ({ redemption: { world, approved, asked, resources }, left, here }) => {
      const grant = grantOf(world.client, approved)
      const worth = async (client: Client, of: Registry, wanted = asked, at = resources) =>
        outcome(worthOf(grant, { client, resources: at, asked: wanted }, await catalogueOf(of), DEFAULT))
      const all = await worth(world.client, world, undefined, [])
      const narrowed = await worth(world.client, world)
      if (typeof narrowed !== 'string') {
        if (typeof all === 'string') throw new Error(`narrowing gave something where nothing was left: ${all}`)
        expect(all.scopes).to.include.members([...narrowed.scopes])
        expect(all.audience).to.include.members([...narrowed.audience])
      }
      const scopes = world.scopes.filter((name) => left.includes(name))
      const client = { ...world.client, resources: world.client.resources.filter((uri) => here.includes(uri)) }
      const less = await worth(client, { ...world, scopes })
      if (typeof less !== 'string')
        expect(narrowed)
          .to.be.an('object')
          .with.property('scopes')
          .that.includes.members([...less.scopes])
    })
  })
})
