import { expect } from 'chai'
import { onEachStore } from '../support/stores.js'
import { freshCode, redeem, Visitor } from '../support/visitor.js'

onEachStore('a withdrawal while a remembered approval is on its way', (store) => {
  it('CONC-006: leaves nothing alive, however late the grant is saved', async () => {
    const gate = { isShut: false, open: (): void => undefined, reached: (): void => undefined }
    const server = await store.start({}, (storage) => ({
      ...storage,
      grants: new Proxy(storage.grants, {
        get: (grants, name) => {
          const member: unknown = Reflect.get(grants, name)
          if (typeof member !== 'function') return member
          return async (...args: unknown[]): Promise<unknown> => {
            if (name === 'save' && gate.isShut) {
              await new Promise<void>((opened) => {
                gate.open = opened
                gate.reached()
              })
            }
            return Reflect.apply(member, grants, args) as Promise<unknown>
          }
        },
      }),
    }))
    try {
      for (const draft of [{}, { firstParty: true }]) {
        const client = await server.client(draft)
        const visitor = new Visitor()
        await freshCode(server.issuer, client, { visitor })
        const reached = new Promise<void>((arrived) => (gate.reached = arrived))
        gate.isShut = true
        const late = freshCode(server.issuer, client, { visitor })
        await reached
        const account = await visitor.get(`${server.issuer}/account`)
        await visitor.submit({ ...account, url: `${server.issuer}/account/apps/revoke` }, { client_id: client.client.id })
        gate.isShut = false
        gate.open()
        const answer = await redeem(server.issuer, client, await late)
        expect([answer.status, answer.body['error']]).to.deep.equal([400, 'invalid_grant'])
      }
    } finally {
      await server.stop()
    }
  })
})
