import { expect } from 'chai'
import { keptPermissions, type Approval, type ConsentFilter } from '../../domain/consent.js'
import type { ClientId, UserId } from '../../domain/ids.js'
import { aClientId, anApproval as approvalOf, aUserId, after, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { CONTENDERS, contend, failure, opening, type Open } from './opened.js'

const anApproval = (userId: UserId, clientId: ClientId, approval: Partial<Approval> = {}): Approval =>
  approvalOf({ userId, clientId, clientRegistration: `registration of ${clientId}`, ...approval })

export function consentRepositoryContract(name: string, open: Open): void {
  describe(`${name}: ConsentRepository`, () => {
    const storage = opening(open)
    const consents = () => storage().consents
    const [ada, bob, weather, diary] = [aUserId(), aUserId(), aClientId(), aClientId()]

    it('keeps every field, as a copy', async () => {
      const { at, ...approval } = anApproval(ada, weather)
      const remember = () => consents().remember({ ...approval, at: new Date(at) })
      const permissions = keptPermissions({ ...approval, at })
      await expectCopies({ ...approval, permissions, createdAt: at, updatedAt: new Date(at) }, remember, () =>
        consents().find(ada, weather),
      )
    })

    it('holds nothing of the approval that it was given', async () => {
      const scopes = ['a']
      const at = after(-1)
      await consents().remember(anApproval(ada, weather, { scopes, at }))
      scopes.push('b')
      at.setTime(0)
      expect(await consents().find(ada, weather)).to.deep.include({ scopes: ['a'], createdAt: after(-1), updatedAt: after(-1) })
    })

    it('answers undefined where only the person or only the client is right', async () => {
      await consents().remember(anApproval(ada, weather))
      expect(await consents().find(bob, weather)).to.equal(undefined)
      expect(await consents().find(ada, diary)).to.equal(undefined)
    })

    it('adds to what was approved, in order of first approval, without repeats', async () => {
      await consents().remember(anApproval(ada, weather, { scopes: ['b', 'a', 'b'], resources: [], at: after(-2) }))
      await consents().remember(anApproval(ada, weather, { scopes: ['c', 'a'], resources: ['urn:z', 'urn:z'], at: after(-1) }))
      await consents().remember(anApproval(ada, weather, { scopes: [], resources: ['urn:a'], at: NOW }))
      const times = { createdAt: after(-2), updatedAt: NOW }
      const { clientRegistration } = anApproval(ada, weather)
      const expected = {
        userId: ada,
        clientId: weather,
        clientRegistration,
        scopes: ['b', 'a', 'c'],
        resources: ['urn:z', 'urn:a'],
        permissions: [
          { registration: clientRegistration, scope: 'b', resources: [], audience: [] },
          { registration: clientRegistration, scope: 'a', resources: [], audience: [] },
          { registration: clientRegistration, scope: 'c', resources: ['urn:z'], audience: ['urn:z'] },
          { registration: clientRegistration, scope: 'a', resources: ['urn:z'], audience: ['urn:z'] },
        ],
        ...times,
      }
      expect(await consents().find(ada, weather)).to.deep.equal(expected)
    })

    it('keeps apart at which resources a scope was approved, whatever their order, and no part of what is kept as a whole', async () => {
      const [y, z] = ['urn:y', 'urn:z']
      const { clientRegistration: registration } = anApproval(ada, weather)
      const kept = async () => (await consents().find(ada, weather))?.permissions
      const expected = (...lists: string[][]) => lists.map((resources) => ({ registration, scope: '$a', resources, audience: resources }))
      for (const resources of [[], [z], [y], [z]]) await consents().remember(anApproval(ada, weather, { scopes: ['$a'], resources }))
      expect(await kept()).to.deep.equal(expected([], [z], [y]))
      for (const resources of [[z, y], [y, z], [y], []]) await consents().remember(anApproval(ada, weather, { scopes: ['$a'], resources }))
      expect(await kept()).to.deep.equal(expected([], [y, z]))
      const narrow = { scope: 'b', resources: [z], audience: [z] }
      const wide = { ...narrow, audience: [y, z] }
      for (const permission of [narrow, wide, narrow])
        await consents().remember(anApproval(ada, weather, { scopes: ['b'], resources: [y, z], permissions: [permission] }))
      expect(await kept()).to.deep.equal([...expected([], [y, z]), { registration, ...wide }])
    })

    it('keeps every one of many parallel approvals of different scopes', async () => {
      const { consents: slowConsents } = slow(storage())
      const names = Array.from({ length: CONTENDERS }, (_, index) => `scope-${index}`)
      const resourceOf = (scope: string) => `urn:${scope}`
      await contend((index) =>
        slowConsents.remember(anApproval(ada, weather, { scopes: ['all', names[index]!], resources: [resourceOf(names[index]!)] })),
      )
      const consent = await consents().find(ada, weather)
      expect(consent?.scopes).to.have.members(['all', ...names])
      expect(consent?.scopes[0]).to.equal('all')
      expect(consent?.resources).to.have.members(names.map(resourceOf))
      const { clientRegistration: registration } = anApproval(ada, weather)
      const permissions = names.flatMap((name) =>
        ['all', name].map((scope) => ({ registration, scope, resources: [resourceOf(name)], audience: [resourceOf(name)] })),
      )
      expect(consent?.permissions).to.have.deep.members(permissions)
      expect(await consents().list({ userId: ada })).to.have.length(1)
    })

    it('starts afresh for another registration of the client', async () => {
      const former = anApproval(ada, weather, { scopes: ['a'], resources: ['urn:a'], at: after(5) })
      await consents().remember(former)
      await consents().remember(anApproval(bob, weather, { scopes: ['a'], clientRegistration: 'former' }))
      const { at, ...approval } = anApproval(ada, weather, { clientRegistration: 'later', scopes: ['b'], resources: [], at: after(1) })
      await consents().remember({ ...approval, at })
      const permissions = [{ registration: 'later', scope: 'b', resources: [], audience: [] }]
      expect(await consents().find(ada, weather)).to.deep.equal({ ...approval, permissions, createdAt: at, updatedAt: at })
      expect(await consents().find(bob, weather)).to.deep.include({ clientRegistration: 'former', scopes: ['a'] })
      expect(await consents().list({})).to.have.length(2)
    })

    it('keeps what one registration was approved for apart, however many approvals of two come at once', async () => {
      const { consents: slowConsents } = slow(storage())
      const scopesOf = ['former', 'later'].map((registration) =>
        Array.from({ length: CONTENDERS }, (_, index) => `${registration}-${index}`),
      )
      await contend((index) => {
        const clientRegistration = ['former', 'later'][index % 2]!
        return slowConsents.remember(
          anApproval(ada, weather, { clientRegistration, scopes: [scopesOf[index % 2]![index]!], at: after(index) }),
        )
      })
      const { clientRegistration = '', scopes = [] } = (await consents().find(ada, weather)) ?? {}
      for (const scope of scopes) expect(scope.startsWith(`${clientRegistration}-`), scope).to.equal(true)
    })

    it('keeps one consent per person and client', async () => {
      for (const [userId, clientId] of [
        [ada, weather],
        [ada, diary],
        [bob, weather],
        [ada, weather],
      ] as const)
        await consents().remember(anApproval(userId, clientId))
      expect(await consents().list({})).to.have.length(3)
    })

    describe('with three of them', () => {
      const pairs = (list: readonly { userId: UserId; clientId: ClientId }[]) => list.map(({ userId, clientId }) => [userId, clientId])
      beforeEach(async () => {
        await consents().remember(anApproval(ada, weather, { at: after(-1) }))
        await consents().remember(anApproval(ada, diary, { at: after(-3) }))
        await consents().remember(anApproval(bob, weather, { at: after(-2) }))
      })

      it('lists those that match, oldest first', async () => {
        const cases: [ConsentFilter, [UserId, ClientId][]][] = [
          [
            { userId: ada },
            [
              [ada, diary],
              [ada, weather],
            ],
          ],
          [
            { clientId: weather },
            [
              [bob, weather],
              [ada, weather],
            ],
          ],
          [{ userId: bob, clientId: weather }, [[bob, weather]]],
          [{ userId: bob, clientId: diary }, []],
          [
            {},
            [
              [ada, diary],
              [bob, weather],
              [ada, weather],
            ],
          ],
        ]
        for (const [filter, expected] of cases) expect(pairs(await consents().list(filter))).to.deep.equal(expected)
      })

      it('forgets those that match and counts them', async () => {
        expect(await consents().forget({ userId: bob, clientId: diary })).to.equal(0)
        expect(await consents().forget({ userId: ada, clientId: weather })).to.equal(1)
        expect(pairs(await consents().list({}))).to.deep.equal([
          [ada, diary],
          [bob, weather],
        ])
        expect(await consents().forget({ clientId: weather })).to.equal(1)
        expect(await consents().forget({ userId: ada })).to.equal(1)
        expect(await consents().list({})).to.deep.equal([])
      })

      it('starts afresh after forgetting', async () => {
        await consents().forget({ userId: ada })
        await consents().remember(anApproval(ada, weather, { scopes: ['later'], resources: [] }))
        expect(await consents().find(ada, weather)).to.deep.include({ scopes: ['later'], resources: [], createdAt: NOW })
      })

      it('refuses to forget by a filter without fields', async () => {
        for (const filter of [{}, { userId: undefined } as unknown as ConsentFilter])
          expect(await failure(() => consents().forget(filter))).to.be.instanceOf(TypeError)
        expect(await consents().list({})).to.have.length(3)
      })
    })
  })
}
