import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { liveSecrets } from '../../domain/client.js'
import type { ClientDraft, ClientUpdate } from '../../ports/for-administering.js'
import { aBusyOffice, anOffice, anOfficeWithPeople, APP, later, NOW, PASSWORD, refused, SOURCE } from './administrator-fixture.js'

describe('Administrator: clients', () => {
  it('registers a client with all its traits, without repeats, and tells its secret once', async () => {
    const { administrator, client } = await anOfficeWithPeople()
    const { id, name, secret: _secret, isPublic: _public, ...traits } = APP
    expect(client).to.deep.include({ id, name, ...traits, scopes: ['read', 'write'], authMethod: 'client_secret_basic', createdAt: NOW })
    expect(await administrator.client('we ird:id+%')).to.deep.equal(client)
  })

  it('makes secrets of 256 bits and keeps their digest alone', async () => {
    const { administrator } = anOffice()
    const { client, secret = '' } = await administrator.createClient({ name: 'Resource server' }, SOURCE)
    expect(secret).to.match(/^pc_cs_[\w-]{43}$/)
    expect(client.secretHashes).to.deep.equal([createHash('sha256').update(secret).digest('base64url')])
    expect(client.id).to.match(/^\w[\w-]{21}$/)
    expect(JSON.stringify(client)).not.to.include(secret)
  })

  it('gives each registration an identity of its own, also under one id', async () => {
    const { administrator, client, other } = await anOfficeWithPeople()
    await administrator.deleteClient(client.id, SOURCE)
    const { client: again } = await administrator.createClient(APP, SOURCE)
    for (const one of [client, other, again]) expect(one).to.deep.include({ revision: 1 })
    for (const one of [client, other, again]) expect(one.registration).to.match(/^[\w-]{22}$/)
    expect(new Set([client, other, again].map(({ registration }) => registration))).to.have.property('size', 3)
  })

  it('never makes an id that looks like an option', async () => {
    const drawn = ['-AAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBB']
    const { administrator } = anOffice({ random: () => drawn.shift() ?? 'CCCCCCCCCCCCCCCCCCCCCC' })
    expect((await administrator.createUser({ username: 'ada', password: PASSWORD }, SOURCE)).id).to.equal('BBBBBBBBBBBBBBBBBBBBBB')
  })

  it('takes a secret of the operator as it is', async () => {
    const { administrator } = anOffice()
    const secret = 'p@ss:wo/rd+%20&='
    expect(await administrator.createClient({ name: 'A', secret }, SOURCE)).to.deep.include({ secret })
  })

  it('gives a public client no secret', async () => {
    const { administrator } = anOffice()
    const draft: ClientDraft = { name: 'Native', isPublic: true, grants: ['authorization_code'], redirectUris: ['com.example.app:/cb'] }
    const made = await administrator.createClient(draft, SOURCE)
    expect(made).not.to.have.property('secret')
    expect(made.client).to.deep.include({ authMethod: 'none', secretHashes: [] })
    expect(await refused(administrator.rotateClientSecret(made.client.id, SOURCE))).to.include('public')
  })

  const wrong: [string, Partial<ClientDraft>, string][] = [
    ['an empty id', { id: '' }, 'id:'],
    ['an id outside ASCII', { id: 'café' }, 'id:'],
    ['an id with a line break', { id: 'a\n' }, 'id:'],
    ['a long id', { id: 'x'.repeat(129) }, 'id:'],
    ['a taken id', { id: 'we ird:id+%' }, 'id: "we ird:id+%" is taken'],
    ['a redirect URI with a fragment', { redirectUris: ['https://app.test/cb#x'] }, 'redirect URI: "https://app.test/cb#x" has a fragment'],
    ['a redirect URI over http', { redirectUris: ['http://app.test/cb'] }, 'redirect URI:'],
    ['no redirect URI', { redirectUris: [] }, 'redirect URI:'],
    ['refresh tokens without codes', { grants: ['refresh_token'] }, 'grant:'],
    ['a public client on its own', { isPublic: true, grants: ['client_credentials'] }, 'grant:'],
    ['a public client with a secret', { isPublic: true, secret: 'x'.repeat(20) }, 'secret:'],
    ['a public client with a method', { isPublic: true, authMethod: 'client_secret_post' }, 'auth method:'],
    ['a confidential client without a method', { isPublic: false, authMethod: 'none' }, 'auth method:'],
    ['a short secret', { secret: 'x'.repeat(15) }, 'secret:'],
    ['a secret that no header carries', { secret: 'ü'.repeat(20) }, 'secret:'],
    ['an unknown scope', { scopes: ['read', 'admin'], defaultScopes: [] }, 'scope: "admin"'],
    ['a scope with a space', { scopes: ['read write'], defaultScopes: [] }, 'scope: "read write"'],
    ['a default outside the scopes', { scopes: ['read'], defaultScopes: ['write'] }, 'default scope: "write"'],
    ['a resource with a fragment', { resources: ['https://api.test/#a'] }, 'resource:'],
    ['a relative resource server', { resourceServerFor: ['/api'] }, 'resource server:'],
  ]
  for (const [what, change, sentence] of wrong) {
    it(`refuses ${what} and keeps nothing`, async () => {
      const { administrator } = await anOfficeWithPeople()
      const before = await administrator.listClients()
      expect(await refused(administrator.createClient({ ...APP, id: 'new', ...change }, SOURCE))).to.include(sentence)
      expect(await administrator.listClients()).to.deep.equal(before)
    })
  }

  it("refuses a person's id, for sub is one or the other", async () => {
    const { administrator, ada } = await anOfficeWithPeople()
    expect(await refused(administrator.createClient({ name: 'A', id: ada.id }, SOURCE))).to.include('person')
  })

  it('changes what is given and nothing else', async () => {
    const { administrator, client } = await anOfficeWithPeople()
    const update: ClientUpdate = { redirectUris: ['https://new.test/cb'], firstParty: false }
    expect(await administrator.updateClient(client.id, update, SOURCE)).to.deep.equal({ ...client, ...update, revision: 2 })
    expect(await refused(administrator.updateClient(client.id, { redirectUris: [] }, SOURCE))).to.include('redirect URI')
    expect(await refused(administrator.updateClient(client.id, { scopes: ['write'] }, SOURCE))).to.include('default scope: "read"')
    expect(await administrator.client(client.id)).to.deep.equal({ ...client, ...update, revision: 2 })
  })

  it('lets a client be renamed although one of its scopes was deleted', async () => {
    const { administrator, client } = await anOfficeWithPeople()
    await administrator.deleteScope('write', SOURCE)
    expect(await administrator.updateClient(client.id, { name: 'New' }, SOURCE)).to.deep.include({ name: 'New' })
  })

  it('disables and enables', async () => {
    const { administrator, client } = await anOfficeWithPeople()
    expect(await administrator.disableClient(client.id, SOURCE)).to.deep.equal({ ...client, disabledAt: NOW, revision: 2 })
    expect(await administrator.enableClient(client.id, SOURCE)).to.deep.equal({ ...client, revision: 3 })
  })

  it('replaces a secret', async () => {
    const { administrator, client } = await anOfficeWithPeople()
    const rotated = await administrator.rotateClientSecret(client.id, SOURCE)
    expect(rotated.client.secretHashes).to.have.length(1).and.not.deep.equal(client.secretHashes)
    expect(await administrator.client(client.id)).to.deep.equal(rotated.client)
  })

  it('keeps the old secret for as long as it is told, and one old one at most', async () => {
    const { administrator, client } = await anOfficeWithPeople()
    const [first = ''] = client.secretHashes
    const kept = await administrator.rotateClientSecret(client.id, SOURCE, { keepOldMs: 60_000 })
    expect(kept.client.previousSecret).to.deep.equal({ hash: first, until: later(60_000) })
    expect(liveSecrets(kept.client, later(59_999))).to.deep.equal([...kept.client.secretHashes, first])
    expect(liveSecrets(kept.client, later(60_000))).to.deep.equal(kept.client.secretHashes)
    const [second = ''] = kept.client.secretHashes
    const again = await administrator.rotateClientSecret(client.id, SOURCE, { keepOldMs: 60_000 })
    expect(liveSecrets(again.client, NOW)).to.deep.equal([...again.client.secretHashes, second])
    expect(await administrator.updateClient(client.id, { name: 'Other' }, SOURCE)).to.deep.include({
      previousSecret: again.client.previousSecret,
    })
    const last = await administrator.rotateClientSecret(client.id, SOURCE)
    expect(last.client).to.not.have.property('previousSecret')
    expect(await administrator.client(client.id)).to.deep.equal(last.client)
  })

  it('deletes a client with its grants and approvals, so that a namesake inherits nothing', async () => {
    const { administrator, storage, client, other, ada, bob, left } = await aBusyOffice()
    await administrator.deleteClient(client.id, SOURCE)
    await administrator.createClient(APP, SOURCE)
    expect((await left()).grants).to.have.deep.members([
      [ada.id, other.id],
      [bob.id, other.id],
    ])
    expect(await storage.consents.find(ada.id, client.id)).to.equal(undefined)
    expect((await left()).consents).to.equal(2)
  })

  it('ends what a deletion left behind when the id is registered again', async () => {
    const { administrator, storage, client, left } = await aBusyOffice()
    await storage.clients.remove(client.id)
    await administrator.createClient(APP, SOURCE)
    expect((await left()).grants).to.have.length(2)
  })
})
