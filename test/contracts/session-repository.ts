import { expect } from 'chai'
import { aSession, aSessionId, aUserId, after, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { CONTENDERS, contend, failure, opening, winners, type Open } from './opened.js'

export function sessionRepositoryContract(name: string, open: Open): void {
  describe(`${name}: SessionRepository`, () => {
    const storage = opening(open)
    const sessions = () => storage().sessions
    const begun = async (...made: ReturnType<typeof aSession>[]) => {
      for (const session of made) await sessions().begin(session)
      return made
    }

    it('keeps every field, as a copy', async () => {
      const session = aSession()
      const { id } = session
      await expectCopies(
        session,
        (it) => sessions().begin(it),
        () => sessions().find(id),
      )
    })

    it('keeps a session in which nothing is pending', async () => {
      const [session] = await begun(aSession({ pending: undefined, amr: [] }))
      expect(await sessions().find(session!.id)).to.deep.equal(session)
    })

    it('answers undefined for an unknown session, and false', async () => {
      await begun(aSession())
      expect(await sessions().find(aSessionId())).to.equal(undefined)
      expect(await sessions().end(aSessionId())).to.equal(false)
      expect(await sessions().endAll({ userId: aUserId() })).to.equal(0)
      expect(await sessions().list({ userId: aUserId() })).to.deep.equal([])
    })

    it('touches lastSeenAt and idleExpiresAt alone, of that session alone', async () => {
      const userId = aUserId()
      const [session, other] = [aSession({ userId }), aSession({ userId })]
      await begun(session, other)
      expect(await sessions().touch(session.id, NOW, after(123_456))).to.equal(true)
      expect(await sessions().find(session.id)).to.deep.equal({ ...session, lastSeenAt: NOW, idleExpiresAt: after(123_456) })
      expect(await sessions().find(other.id)).to.deep.equal(other)
    })

    it('never brings a session to be by touching it', async () => {
      const [session] = await begun(aSession())
      expect(await sessions().touch(aSessionId(), NOW, after(1))).to.equal(false)
      await sessions().end(session!.id)
      expect(await sessions().touch(session!.id, NOW, after(1))).to.equal(false)
      expect(await sessions().find(session!.id)).to.equal(undefined)
      expect((await storage().maintenance.status()).rows).to.include({ sessions: 0 })
    })

    it('ends a session once, however many end and touch it', async () => {
      const [session] = await begun(aSession())
      const { sessions: slowSessions } = slow(storage())
      const { id } = session!
      const touches = contend((index) => slowSessions.touch(id, after(index), after(index + 1)))
      expect(winners(await contend(() => slowSessions.end(id)))).to.have.length(1)
      await touches
      expect(await sessions().find(id)).to.equal(undefined)
    })

    it("lists a person's sessions, oldest first, without the excepted one", async () => {
      const userId = aUserId()
      const ages = [-3, -1, -2]
      const made = await begun(...ages.map((age) => aSession({ userId, createdAt: after(age) })), aSession())
      expect(await sessions().list({ userId })).to.deep.equal([made[0], made[2], made[1]])
      expect(await sessions().list({ userId, except: made[2]!.id })).to.deep.equal([made[0], made[1]])
    })

    it("ends all of a person's sessions and nobody else's", async () => {
      const userId = aUserId()
      const [one, two, theirs] = await begun(aSession({ userId }), aSession({ userId }), aSession())
      expect(await sessions().endAll({ userId })).to.equal(2)
      expect(await sessions().find(one!.id)).to.equal(undefined)
      expect(await sessions().find(two!.id)).to.equal(undefined)
      expect(await sessions().find(theirs!.id)).to.deep.equal(theirs)
    })

    it('ends all but the excepted one', async () => {
      const userId = aUserId()
      const [kept] = await begun(aSession({ userId }), aSession({ userId }), aSession({ userId }))
      expect(await sessions().endAll({ userId, except: kept!.id })).to.equal(2)
      expect(await sessions().list({ userId })).to.deep.equal([kept])
    })

    it('counts each ended session once, however many end all', async () => {
      const userId = aUserId()
      await begun(...Array.from({ length: CONTENDERS }, () => aSession({ userId })))
      const { sessions: slowSessions } = slow(storage())
      const counts = await contend(() => slowSessions.endAll({ userId }), 5)
      expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(CONTENDERS)
      expect(await sessions().list({ userId })).to.deep.equal([])
    })

    it('does not overwrite a session by beginning it again', async () => {
      const [session] = await begun(aSession())
      await failure(() => sessions().begin(aSession({ id: session!.id })))
      expect(await sessions().find(session!.id)).to.deep.equal(session)
    })
  })
}
