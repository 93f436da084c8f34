import { expect } from 'chai'
import { Administrator } from '../../domain/administrator.js'
import { StoreUnavailable } from '../../domain/errors.js'
import type { ClientRepository } from '../../ports/client-repository.js'
import type { ClientUpdate } from '../../ports/for-administering.js'
import { contend, failure } from '../contracts/opened.js'
import { slow } from '../support/slow.js'
import { anOfficeWithPeople, APP, NOW, refused, SOURCE } from './administrator-fixture.js'

type Office = Awaited<ReturnType<typeof anOfficeWithPeople>>

describe('Administrator: changes of one client at the same moment', () => {
  const aSlowOffice = async () => {
    const office = await anOfficeWithPeople()
    return { ...office, administrator: new Administrator({ ...office.parts, storage: slow(office.storage) }) }
  }

  it('loses none of 50 that each change another trait or its state', async () => {
    const { administrator, client } = await aSlowOffice()
    const changes: readonly ClientUpdate[] = [
      { name: 'New name' },
      { redirectUris: ['https://new.test/cb'] },
      { resources: ['https://new.test/api'] },
      { resourceServerFor: [] },
      { firstParty: false },
      { requireOtp: false },
      { defaultScopes: ['write'] },
      { grants: ['authorization_code'] },
    ]
    await contend<unknown>((index) => {
      const change = changes[index % 10]
      if (change !== undefined) return administrator.updateClient(client.id, change, SOURCE)
      return index % 10 === 8 ? administrator.disableClient(client.id, SOURCE) : administrator.rotateClientSecret(client.id, SOURCE)
    })
    const { secretHashes, ...changed } = await administrator.client(client.id)
    const { secretHashes: before, ...rest } = client
    const wanted = changes.reduce((all, change) => ({ ...all, ...change }), {})
    const expected = { ...rest, ...wanted, disabledAt: NOW, revision: client.revision + 50 }
    expect(changed).to.deep.equal(expected)
    expect(secretHashes).to.not.deep.equal(before)
  })

  it('never brings an old secret back, nor a client that was disabled', async () => {
    const { administrator, storage, client } = await aSlowOffice()
    for (let round = 0; round < 10; round++) {
      const renamed = contend((index) => administrator.updateClient(client.id, { name: `Name ${index}` }, SOURCE), 5)
      const { client: rotated } = await administrator.rotateClientSecret(client.id, SOURCE)
      await administrator.disableClient(client.id, SOURCE)
      await renamed
      expect(await storage.clients.find(client.id)).to.deep.include({ secretHashes: rotated.secretHashes, disabledAt: NOW })
      await administrator.enableClient(client.id, SOURCE)
    }
  })

  /** An administrator to whom some methods of the client repository answer otherwise. */
  function administratorWith({ parts, storage }: Pick<Office, 'parts' | 'storage'>, others: Partial<ClientRepository>): Administrator {
    const { clients } = storage
    const same: ClientRepository = {
      find: (id) => clients.find(id),
      list: () => clients.list(),
      add: (client) => clients.add(client),
      replace: (client) => clients.replace(client),
      remove: (id) => clients.remove(id),
    }
    return new Administrator({ ...parts, storage: { ...storage, clients: { ...same, ...others } } })
  }

  /** An administrator who, after reading the client for the first time, is overtaken by `overtake`. */
  function overtaken(office: Office, overtake: () => Promise<unknown>): Administrator {
    let reads = 0
    return administratorWith(office, {
      find: async (id) => {
        const client = await office.storage.clients.find(id)
        if (reads++ === 0) await overtake()
        return client
      },
    })
  }

  it('does not put a deleted client back', async () => {
    const office = await anOfficeWithPeople()
    const { administrator, client } = office
    const late = overtaken(office, () => administrator.deleteClient(client.id, SOURCE))
    expect(await refused(late.rotateClientSecret(client.id, SOURCE))).to.equal(`there is no client "${client.id}"`)
  })

  it('changes the client that was registered meanwhile, and does not put the former one in its place', async () => {
    const office = await anOfficeWithPeople()
    const { administrator, storage, client } = office
    const late = overtaken(office, async () => {
      await administrator.deleteClient(client.id, SOURCE)
      await administrator.createClient({ ...APP, name: 'Second' }, SOURCE)
    })
    const updated = await late.updateClient(client.id, { requireOtp: false }, SOURCE)
    expect(updated).to.deep.include({ name: 'Second', requireOtp: false, revision: 2 })
    expect(updated.registration).to.not.equal(client.registration)
    expect(updated.secretHashes).to.not.deep.equal(client.secretHashes)
    expect(await storage.clients.find(client.id)).to.deep.equal(updated)
  })

  it('gives up in one sentence when somebody else is always first', async () => {
    const office = await anOfficeWithPeople()
    const late = administratorWith(office, { replace: async () => Promise.resolve(false) })
    const error = await failure(() => late.disableClient(office.client.id, SOURCE))
    expect(error).to.be.instanceOf(StoreUnavailable)
    expect((error as StoreUnavailable).message).to.match(/^client ".*" is being changed by others all the time: try again$/)
  })
})
