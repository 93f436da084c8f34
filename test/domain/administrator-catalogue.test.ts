import { expect } from 'chai'
import { aBusyOffice, aGrant, anOffice, anOfficeWithPeople, later, NOW, PASSWORD, refused, SOURCE } from './administrator-fixture.js'

const HOSTILE_NAMES = {
  'an empty name': '',
  'a name of spaces': ' \t ',
  'an invisible name': '\u3164',
  'a long name': 'x'.repeat(201),
  'a line break': 'a\nb',
  'an escape sequence': 'a\u001b[31m',
  'a C1 control': 'a\u009b31m',
  'a direction override': 'a\u202eb',
  'an isolate': 'a\u2066b',
  'a zero width space': 'a\u200bb',
  'a line separator': 'a\u2028b',
  'half a surrogate pair': 'a\ud800',
}

describe('Administrator: scopes, resources, grants', () => {
  it('keeps scopes', async () => {
    const { administrator } = await anOfficeWithPeople()
    await administrator.updateScope({ name: 'read', description: 'Read all' }, SOURCE)
    expect(await refused(administrator.createScope({ name: 'read', description: 'x' }, SOURCE))).to.include('taken')
    expect(await refused(administrator.updateScope({ name: 'no', description: 'x' }, SOURCE))).to.include('"no"')
    await administrator.deleteScope('write', SOURCE)
    expect(await refused(administrator.deleteScope('write', SOURCE))).to.include('"write"')
    expect(await administrator.listScopes()).to.deep.equal([{ name: 'read', description: 'Read all' }])
  })

  it('keeps resources', async () => {
    const { administrator } = anOffice()
    const resource = { uri: 'https://api.test/', name: 'API', scopes: ['read'] }
    await administrator.createResource(resource, SOURCE)
    expect(await refused(administrator.createResource(resource, SOURCE))).to.include('taken')
    expect(await refused(administrator.createResource({ ...resource, uri: 'api' }, SOURCE))).to.include('resource: "api"')
    expect(await administrator.listResources()).to.deep.equal([resource])
    await administrator.deleteResource(resource.uri, SOURCE)
    expect(await refused(administrator.deleteResource(resource.uri, SOURCE))).to.include(resource.uri)
  })

  for (const [what, name] of Object.entries(HOSTILE_NAMES))
    it(`refuses ${what}, wherever a name is told`, async () => {
      const { administrator } = await anOfficeWithPeople()
      const works = [
        administrator.createClient({ name }, SOURCE),
        administrator.updateClient('other', { name }, SOURCE),
        administrator.createUser({ username: name, password: PASSWORD }, SOURCE),
        administrator.createUser({ username: 'eve', name, password: PASSWORD }, SOURCE),
        administrator.updateUser('ada', { name }, SOURCE),
        administrator.createScope({ name: 'fine', description: name }, SOURCE),
        administrator.createScope({ name, description: 'fine' }, SOURCE),
        administrator.updateScope({ name: 'read', description: name }, SOURCE),
        administrator.createResource({ uri: 'https://api.test/', name, scopes: [] }, SOURCE),
      ]
      for (const message of await Promise.all(works.map(refused))) expect(message).to.match(/^(name|user name|scope|description):/)
    })

  it('takes any other name', async () => {
    const { administrator } = anOffice()
    for (const name of ['<script>alert(1)</script>', '{{7*7}} ${7*7}', '名前', 'ça va', '😀'.repeat(200)]) {
      expect((await administrator.createClient({ name }, SOURCE)).client.name).to.equal(name)
      expect((await administrator.createUser({ username: name, password: PASSWORD }, SOURCE)).username).to.equal(name)
    }
  })

  it('lists the grants that are worth something', async () => {
    const { administrator, storage, ada, client } = await anOfficeWithPeople()
    const redeemedAt = later(-5)
    const code = { challenge: 'c'.repeat(43), redirectUri: 'https://app.test/cb', expiresAt: later(-1) }
    const lineage = { generation: 3, rotatedAt: redeemedAt, expiresAt: later(9_000) }
    await storage.grants.save(aGrant('fresh', ada.id, client.id))
    await storage.grants.save(
      aGrant('used', ada.id, client.id, { code: { ...code, redeemedAt }, refresh: { ...lineage, idleExpiresAt: later(1) } }),
    )
    await storage.grants.save(aGrant('code over', ada.id, client.id, { code }))
    await storage.grants.save(
      aGrant('idle', ada.id, client.id, { code: { ...code, redeemedAt }, refresh: { ...lineage, idleExpiresAt: NOW } }),
    )
    await storage.grants.save(aGrant('old epoch', ada.id, client.id, { grantEpoch: -1 }))
    await storage.grants.save(aGrant('clock back', ada.id, client.id, { createdAt: later(-120_000) }))
    await storage.grants.save(aGrant('namesake', ada.id, client.id, { clientRegistration: 'former' }))
    const alive = (await administrator.listGrants({ user: 'ada', client: client.id })).map(({ id }) =>
      Buffer.from(id, 'base64url').toString(),
    )
    expect(alive).to.have.members(['fresh...........', 'used............', 'clock back......'])
    await administrator.disableClient(client.id, SOURCE)
    expect(await administrator.listGrants({})).to.deep.equal([])
  })

  it('revokes one grant and keeps the approval', async () => {
    const { administrator, left } = await aBusyOffice()
    const [grant] = await administrator.listGrants({ user: 'ada' })
    await administrator.revokeGrant(grant!.id, SOURCE)
    expect((await left()).grants).to.have.length(3)
    expect((await left()).consents).to.equal(4)
    expect(await refused(administrator.revokeGrant(grant!.id, SOURCE))).to.include(grant!.id)
  })

  it('revokes all of a person or a client, approvals too, but never all of all', async () => {
    const { administrator, left, client } = await aBusyOffice()
    expect(await administrator.revokeGrants({ user: 'ada' }, SOURCE)).to.equal(2)
    expect(await left()).to.deep.include({ consents: 2, sessions: 1 })
    expect(await administrator.revokeGrants({ client: client.id }, SOURCE)).to.equal(1)
    for (const filter of [{}, { user: 'bob', client: client.id }, { user: 'nobody' }, { client: 'nothing' }])
      await refused(administrator.revokeGrants(filter, SOURCE))
    expect((await left()).grants).to.have.length(1)
  })

  it('records every change with ids alone, and no refusal', async () => {
    const { administrator, events, ada, client } = await anOfficeWithPeople()
    events.length = 0
    await administrator.setPassword('ada', 'a new password', SOURCE)
    await administrator.rotateClientSecret(client.id, SOURCE)
    await administrator.listUsers()
    await refused(administrator.deleteUser('nobody', SOURCE))
    expect(events).to.deep.equal([
      { event: 'operator', outcome: 'ok', reason: 'password set', user_id: ada.id },
      { event: 'operator', outcome: 'ok', reason: 'client secret rotated', client_id: client.id },
    ])
  })
})
