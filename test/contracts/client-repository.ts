import { expect } from 'chai'
import type { Client } from '../../domain/client.js'
import type { ClientId } from '../../domain/ids.js'
import { aClient, aClientId } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { CONTENDERS, contend, opening, winners, type Open } from './opened.js'

export function clientRepositoryContract(name: string, open: Open): void {
  describe(`${name}: ClientRepository`, () => {
    const storage = opening(open)
    const clients = () => storage().clients

    it('keeps every field, as a copy', async () => {
      const client = aClient()
      const { id } = client
      await expectCopies(
        client,
        (it) => clients().add(it),
        () => clients().find(id),
      )
    })

    it('keeps a client that leaves out and empties whatever it can', async () => {
      const lists = { secretHashes: [], redirectUris: [], grants: [], scopes: [], defaultScopes: [], resources: [], resourceServerFor: [] }
      const absent = { disabledAt: undefined, previousSecret: undefined }
      const client = aClient({ ...lists, ...absent, authMethod: 'none', firstParty: false, requireOtp: false })
      await clients().add(client)
      expect(await clients().find(client.id)).to.deep.equal(client)
    })

    it('answers undefined for an unknown client, also for an id that differs in case', async () => {
      await clients().add(aClient({ id: 'Weather' as ClientId }))
      for (const id of ['weather', 'Weather ', '', 'Weathe']) expect(await clients().find(id as ClientId), id).to.equal(undefined)
    })

    it('lists by id, ascending, and nothing when there is none', async () => {
      expect(await clients().list()).to.deep.equal([])
      const ids = ['b', 'B', 'a-1', 'a', '~', '1']
      for (const id of ids) await clients().add(aClient({ id: id as ClientId }))
      expect((await clients().list()).map(({ id }) => id)).to.deep.equal(['1', 'B', 'a', 'a-1', 'b', '~'])
    })

    it('refuses a second client of one id and keeps the first', async () => {
      const first = aClient()
      expect(await clients().add(first)).to.equal(true)
      expect(await clients().add(aClient({ id: first.id, name: 'Second' }))).to.equal(false)
      expect(await clients().list()).to.deep.equal([first])
    })

    it('adds one of any number of clients of one id', async () => {
      const id = aClientId()
      const { clients: slowClients } = slow(storage())
      const results = await contend((index) => slowClients.add(aClient({ id, name: `Contender ${index}` })))
      expect(winners(results)).to.have.length(1)
      expect((await clients().find(id))?.name).to.equal(`Contender ${results.indexOf(true)}`)
      expect(await clients().list()).to.have.length(1)
    })

    it('replaces a client whole, optional fields too, and no other', async () => {
      const [one, other] = [aClient(), aClient()]
      await clients().add(one)
      await clients().add(other)
      const { id, registration } = one
      const absent = { disabledAt: undefined, previousSecret: undefined }
      const changed = aClient({ ...absent, id, registration, revision: one.revision + 1, name: 'Changed', secretHashes: [] })
      expect(await clients().replace(changed)).to.equal(true)
      expect(await clients().find(one.id)).to.deep.equal(changed)
      expect(await clients().find(other.id)).to.deep.equal(other)
    })

    it('replaces nothing when the registration or the revision is another', async () => {
      const client = aClient()
      await clients().add(client)
      const { id, registration, revision } = client
      const wrong = [
        { id, registration, revision },
        { id, registration, revision: revision - 1 },
        { id, registration, revision: revision + 2 },
        { id, registration, revision: 1 },
        { id, registration: aClient().registration, revision: revision + 1 },
        { id, registration: registration.toLowerCase(), revision: revision + 1 },
      ]
      for (const which of wrong) expect(await clients().replace(aClient(which)), JSON.stringify(which)).to.equal(false)
      expect(await clients().list()).to.deep.equal([client])
    })

    it('makes one of any number of replacements of one revision', async () => {
      const client = aClient()
      await clients().add(client)
      const { clients: slowClients } = slow(storage())
      const revision = client.revision + 1
      const results = await contend((index) => slowClients.replace({ ...client, name: `Contender ${index}`, revision }))
      expect(winners(results)).to.have.length(1)
      expect(await clients().find(client.id)).to.deep.equal({ ...client, name: `Contender ${results.indexOf(true)}`, revision })
    })

    it('loses none of 50 changes that are made again when somebody was faster', async () => {
      const { id, revision } = aClient()
      await clients().add(aClient({ id, revision, name: '', scopes: [], redirectUris: [] }))
      const { clients: slowClients } = slow(storage())
      /** Each adds to one list, or to the name. */
      const change = (client: Client, index: number): Client => {
        if (index % 3 === 0) return { ...client, name: `${client.name}+` }
        if (index % 3 === 1) return { ...client, scopes: [...client.scopes, `scope-${index}`] }
        return { ...client, redirectUris: [...client.redirectUris, `https://rp.test/${index}`] }
      }
      const insist = async (index: number): Promise<void> => {
        for (;;) {
          const before = (await slowClients.find(id))!
          if (await slowClients.replace({ ...change(before, index), revision: before.revision + 1 })) return
        }
      }
      await contend(insist)
      const client = await clients().find(id)
      expect(client?.revision).to.equal(revision + CONTENDERS)
      expect(client?.name).to.equal('+'.repeat(17))
      expect(new Set(client?.scopes)).to.have.property('size', 17)
      expect(new Set(client?.redirectUris)).to.have.property('size', 16)
    })

    it('does not add by replacing', async () => {
      const client = aClient()
      expect(await clients().replace(client)).to.equal(false)
      expect(await clients().find(client.id)).to.equal(undefined)
    })

    it('removes a client once, and its id is free again', async () => {
      const client = aClient()
      await clients().add(client)
      const { clients: slowClients } = slow(storage())
      expect(winners(await contend(() => slowClients.remove(client.id)))).to.have.length(1)
      expect(await clients().find(client.id)).to.equal(undefined)
      expect(await clients().remove(client.id)).to.equal(false)
      expect(await clients().add(client)).to.equal(true)
    })
  })
}
