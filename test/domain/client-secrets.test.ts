import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { Authenticator } from '../../domain/authenticator.js'
import { Catalogue } from '../../domain/catalogue.js'
import type { Client } from '../../domain/client.js'
import { OAuthError } from '../../domain/errors.js'
import type { Secrets } from '../../ports/secrets.js'
import { failure } from '../contracts/opened.js'
import { aClient, MINUTE, NOW } from '../support/builders.js'

const SECRET = 'pc_cs_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG'
const SOURCE = { requestId: 'r', address: '192.0.2.1' }

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const outcomes: R[] = []
  for (const item of items) outcomes.push(await work(item))
  return outcomes
}

describe('proving a client by its secret', () => {
  const system = new SystemSecrets([Buffer.alloc(32, 7)])
  const clock = { now: () => NOW }
  let compared: (readonly [string, string])[]
  const secrets = new Proxy<Secrets>(system, {
    get: (_, name) => {
      if (name === 'same')
        return (a: string, b: string): boolean => {
          compared.push([a, b])
          return system.same(a, b)
        }
      const member: unknown = Reflect.get(system, name)
      return typeof member === 'function' ? (member.bind(system) as unknown) : member
    },
  })

  const client = aClient({
    disabledAt: undefined,
    authMethod: 'client_secret_basic',
    secretHashes: [system.digest(SECRET)],
    previousSecret: undefined,
  })
  async function anAuthenticator(known: readonly Client[], clientAttempts: number): Promise<Authenticator> {
    const { clients, scopes, resources } = openMemoryStorage()
    for (const one of known) await clients.add(one)
    const parts = {
      catalogue: new Catalogue(clients, scopes, resources, clock),
      people: undefined as never,
      secrets,
      clock,
      audit: { record: () => undefined },
    }
    return new Authenticator(parts, { clientAttempts, loginWindowMs: MINUTE })
  }
  async function prover(known = client): Promise<(clientId: string, secret: string) => Promise<unknown>> {
    const authenticator = await anAuthenticator([known], 100)
    return (clientId, secret) => failure(() => authenticator.client({ method: 'client_secret_basic', clientId, secret }, SOURCE))
  }

  it('CAUTH-020 OAuth2.1 §7.7: takes the same steps wherever the secret differs, all of a digest in constant time', async () => {
    const prove = await prover()
    for (const wrong of [`x${SECRET.slice(1)}`, `${SECRET.slice(0, -1)}x`, SECRET.slice(0, 8), `${SECRET}x`, 'x', SECRET]) {
      compared = []
      const refusal = await prove(client.id, wrong)
      expect(refusal === undefined, wrong).to.equal(wrong === SECRET)
      expect(compared).to.deep.equal([[system.digest(SECRET), system.digest(wrong)]])
    }
  })

  it('an unknown client takes as many as one with a wrong secret', async () => {
    const prove = await prover()
    compared = []
    await prove('nobody', SECRET)
    expect(compared.map(([, presented]) => presented)).to.deep.equal([system.digest(SECRET)])
    expect(compared[0]?.[0]).to.have.lengthOf(system.digest(SECRET).length)
  })

  describe('past CLIENT_ATTEMPTS wrong secrets', () => {
    const [open, LIMIT] = [aClient({ disabledAt: undefined, authMethod: 'none', secretHashes: [], previousSecret: undefined }), 3]
    type Attempt = (secret?: string, address?: string) => Promise<string | undefined>

    /** What each attempt is refused with; undefined when it is not. */
    async function trying(clientId: string): Promise<Attempt> {
      const authenticator = await anAuthenticator([client, open], LIMIT)
      return async (secret, address = SOURCE.address) => {
        const credentials = {
          clientId,
          ...(secret === undefined ? { method: 'none' as const } : { method: 'client_secret_post' as const, secret }),
        }
        return ((await failure(() => authenticator.client(credentials, { ...SOURCE, address }))) as OAuthError | undefined)?.code
      }
    }
    const tooMany = Array<string>(LIMIT + 1).fill('x')

    it('CAUTH-011 RFC 6749 §2.1: a public client is not hindered, whatever secrets are sent in its name, and each is refused', async () => {
      const attempt = await trying(open.id)
      for (const secret of [...tooMany, '', SECRET]) expect(await attempt(secret)).to.equal('invalid_client')
      expect(await attempt()).to.equal(undefined)
    })

    it('RFC 6749 §10.10: a confidential client and an unknown one are refused alike, from that address alone', async () => {
      for (const id of [client.id, 'nobody']) {
        const attempt = await trying(id)
        const refusals = [...Array<string>(LIMIT).fill('invalid_client'), 'temporarily_unavailable']
        expect(await inTurn(tooMany, (secret) => attempt(secret))).to.deep.equal(refusals)
        expect(await attempt(undefined), 'no secret is no guess').to.equal('invalid_client')
        expect(await attempt('x', '192.0.2.9')).to.equal('invalid_client')
      }
    })
  })

  it('CAUTH-017 RFC 6749 §5.2: a client in whose record no secret stands, or an empty one, is proved by nothing', async () => {
    for (const secretHashes of [[], [system.digest('')], ['']]) {
      const prove = await prover({ ...client, secretHashes })
      for (const secret of ['', SECRET, 'undefined', 'null'])
        expect(await prove(client.id, secret), `${secret} for ${secretHashes.join()}`)
          .to.be.instanceOf(OAuthError)
          .with.property('code', 'invalid_client')
    }
  })
})
