import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import type { AuditEvent } from '../../domain/audit.js'
import { Authorizer } from '../../domain/authorizer.js'
import { Catalogue } from '../../domain/catalogue.js'
import { PageError } from '../../domain/errors.js'
import type { AuthorizationParameters } from '../../domain/flow.js'
import { failure } from '../contracts/opened.js'
import { aClient, MINUTE, NOW } from '../support/builders.js'

const SOURCE = { requestId: 'r', address: '192.0.2.1' }

describe('an authorization request that is refused', () => {
  const client = aClient({ disabledAt: undefined, redirectUris: ['https://rp.test/cb'] })
  const REQUEST = {
    client_id: client.id,
    state: 'S1',
    response_type: 'code',
    code_challenge_method: 'S256',
    code_challenge: 'c'.repeat(43),
  }
  let events: AuditEvent[]
  let validate: (parameters: AuthorizationParameters) => Promise<unknown>
  beforeEach(async () => {
    const storage = openMemoryStorage()
    await storage.clients.add(client)
    events = []
    const clock = { now: () => NOW }
    const catalogue = new Catalogue(storage.clients, storage.scopes, storage.resources, clock)
    const audit = { record: (event: AuditEvent) => void events.push(event) }
    const authorizer = new Authorizer(
      { ...storage, catalogue, secrets: undefined as never, clock, audit },
      { flowTtlMs: MINUTE, codeTtlMs: MINUTE },
    )
    validate = (parameters) => authorizer.validate(parameters, SOURCE)
  })

  for (const [error, more] of [
    ['unsupported_response_type', { response_type: 'token' }],
    ['invalid_request', { scope: ['a', 'b'] }],
    ['invalid_scope', { scope: 'beyond' }],
    ['invalid_target', { resource: 'https://elsewhere.test/' }],
  ] as const)
    it(`OPS-006 OAuth2.1 §7.9: ${error} is one event that names the client, and tells the client no more than the error`, async () => {
      expect(await validate({ ...REQUEST, ...more })).to.deep.equal({ redirectUri: 'https://rp.test/cb', state: 'S1', error })
      expect(events).to.deep.equal([{ event: 'authorization', outcome: 'refused', client_id: client.id, reason: error }])
    })

  it('OPS-006: of a client that is not proved nothing is told', async () => {
    for (const more of [{ client_id: 'nobody' }, { redirect_uri: 'https://evil.test/cb' }])
      expect(await failure(() => validate({ ...REQUEST, ...more }))).to.be.instanceOf(PageError)
    expect(events).to.deep.equal([])
  })
})
