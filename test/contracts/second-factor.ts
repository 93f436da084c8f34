import { expect } from 'chai'
import type { SecurityEvent } from '../../domain/security-event.js'
import { after, aUser, aUserId } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { CONTENDERS, contend, opening, winners, type Open } from './opened.js'

const FACTOR = { sealedSecret: 'sealed', enrolledAt: after(-1), lastStep: 100, recoveryCodes: ['a', 'b', 'c'] }
const event = (number: number): SecurityEvent => ({ event: 'sign-in', at: after(number), address: `192.0.2.${number}` })

export function secondFactorContract(name: string, open: Open): void {
  describe(`${name}: second factors and events of people`, () => {
    const storage = opening(open)
    const users = () => storage().users
    const person = async (overrides: Parameters<typeof aUser>[0] = {}) => {
      const user = aUser({ secondFactor: FACTOR, ...overrides })
      await users().add(user)
      return user
    }

    it('sets one and takes it away', async () => {
      const user = await person({ secondFactor: undefined })
      const enrolled = await users().change(user.id, { secondFactor: FACTOR })
      expect(enrolled).to.deep.equal({ ...user, secondFactor: FACTOR })
      expect(await users().find(user.id)).to.deep.equal(enrolled)
      const without = await users().change(user.id, { secondFactor: null, disabledAt: null })
      expect(without).to.not.have.any.keys('secondFactor', 'disabledAt')
      expect(await users().find(user.id)).to.deep.equal(without)
    })

    it('keeps a second factor and events as copies', async () => {
      const { id } = await person({ secondFactor: undefined, events: [] })
      await expectCopies(
        FACTOR,
        (secondFactor) => users().change(id, { secondFactor }),
        async () => (await users().find(id))?.secondFactor,
      )
      await expectCopies(
        event(1),
        (it) => users().note(id, it),
        async () => (await users().find(id))?.events[0],
      )
    })

    it('changes nothing unless what it rests on is still so', async () => {
      const user = await person({ passwordHash: 'old' })
      for (const provided of [
        { passwordHash: 'other' },
        { sealedSecret: null },
        { sealedSecret: 'other' },
        { passwordHash: 'old', sealedSecret: null },
        { sessionEpoch: user.sessionEpoch + 1 },
      ])
        expect(await users().change(user.id, { name: 'Changed' }, provided)).to.equal(undefined)
      expect(await users().find(user.id)).to.deep.equal(user)
      const right = { passwordHash: 'old', sealedSecret: 'sealed', sessionEpoch: user.sessionEpoch }
      expect(await users().change(user.id, { name: 'Changed' }, right)).to.deep.equal({ ...user, name: 'Changed' })
      const bare = await person({ secondFactor: undefined })
      expect(await users().change(bare.id, { name: 'Changed' }, { sealedSecret: 'sealed' })).to.equal(undefined)
      expect(await users().change(bare.id, { name: 'Changed' }, { sealedSecret: null })).to.include({ name: 'Changed' })
    })

    it('enrols one of any number of second factors at once', async () => {
      const user = await person({ secondFactor: undefined })
      const slowUsers = slow(storage()).users
      const factor = (index: number) => ({ ...FACTOR, sealedSecret: `sealed ${index}` })
      const results = await contend((index) => slowUsers.change(user.id, { secondFactor: factor(index) }, { sealedSecret: null }))
      expect(winners(results)).to.have.length(1)
      expect(await users().find(user.id)).to.deep.equal(winners(results)[0])
    })

    it('makes one of any number of changes that rest on one password', async () => {
      const user = await person({ passwordHash: 'old' })
      const slowUsers = slow(storage()).users
      const results = await contend((index) => slowUsers.change(user.id, { passwordHash: `new ${index}` }, { passwordHash: 'old' }))
      expect(winners(results)).to.have.length(1)
      expect(await users().find(user.id)).to.deep.equal(winners(results)[0])
    })

    it('accepts one of any number of codes of one time step, and none of an older one', async () => {
      const user = await person()
      const slowUsers = slow(storage()).users
      expect(winners(await contend(() => slowUsers.acceptStep(user.id, 101)))).to.have.length(1)
      for (const step of [99, 100, 101]) expect(await users().acceptStep(user.id, step)).to.equal(false)
      expect(await users().acceptStep(user.id, 103)).to.equal(true)
      expect((await users().find(user.id))?.secondFactor).to.deep.equal({ ...FACTOR, lastStep: 103 })
    })

    it('accepts no time step twice, and goes back to none, when different ones come at once', async () => {
      const user = await person()
      const slowUsers = slow(storage()).users
      const accepted = await contend(async (index) => (await slowUsers.acceptStep(user.id, 101 + (index % 5))) && index % 5)
      const steps = accepted.filter((step) => step !== false)
      expect(steps)
        .to.deep.equal([...new Set(steps)])
        .and.to.include(4)
      expect((await users().find(user.id))?.secondFactor).to.deep.equal({ ...FACTOR, lastStep: 105 })
    })

    it('spends a recovery code once, and keeps the others', async () => {
      const user = await person()
      const slowUsers = slow(storage()).users
      expect(winners(await contend(() => slowUsers.spendRecoveryCode(user.id, 'b')))).to.have.length(1)
      for (const wrong of ['b', 'd', '']) expect(await users().spendRecoveryCode(user.id, wrong)).to.equal(false)
      expect((await users().find(user.id))?.secondFactor).to.deep.equal({ ...FACTOR, recoveryCodes: ['a', 'c'] })
    })

    it('loses nothing when codes are spent in parallel', async () => {
      const codes = Array.from({ length: 50 }, (_, index) => `code ${index}`)
      const user = await person({ secondFactor: { ...FACTOR, recoveryCodes: codes } })
      const slowUsers = slow(storage()).users
      const results = await contend((index) => slowUsers.spendRecoveryCode(user.id, codes[index]!))
      expect(winners(results)).to.have.length(50)
      expect((await users().find(user.id))?.secondFactor?.recoveryCodes).to.deep.equal([])
    })

    it('renews recovery codes and seals anew only while it is the factor that was read', async () => {
      const user = await person()
      expect(await users().renewRecoveryCodes(user.id, 'other', ['d'])).to.equal(false)
      expect(await users().renewRecoveryCodes(user.id, 'sealed', ['d'])).to.equal(true)
      expect(await users().resealSecondFactor(user.id, 'other', 'anew')).to.equal(false)
      expect(await users().resealSecondFactor(user.id, 'sealed', 'anew')).to.equal(true)
      expect((await users().find(user.id))?.secondFactor).to.deep.equal({ ...FACTOR, sealedSecret: 'anew', recoveryCodes: ['d'] })
    })

    it('seals anew once, and loses none of what is proved meanwhile', async () => {
      const user = await person()
      const slowUsers = slow(storage()).users
      const resealed = await contend(async (index) => {
        if (index === 10) expect(await slowUsers.acceptStep(user.id, 101)).to.equal(true)
        else if (index === 20) expect(await slowUsers.spendRecoveryCode(user.id, 'b')).to.equal(true)
        else return slowUsers.resealSecondFactor(user.id, 'sealed', `anew ${index}`)
        return false
      })
      expect(winners(resealed)).to.have.length(1)
      const after = { sealedSecret: `anew ${resealed.indexOf(true)}`, lastStep: 101, recoveryCodes: ['a', 'c'] }
      expect((await users().find(user.id))?.secondFactor).to.deep.equal({ ...FACTOR, ...after })
    })

    it('brings none back that is taken away meanwhile', async () => {
      const user = await person()
      const slowUsers = slow(storage()).users
      const attempts: (() => Promise<unknown>)[] = [
        () => slowUsers.acceptStep(user.id, 101),
        () => slowUsers.spendRecoveryCode(user.id, 'b'),
        () => slowUsers.renewRecoveryCodes(user.id, 'sealed', ['d']),
        () => slowUsers.resealSecondFactor(user.id, 'sealed', 'anew'),
      ]
      await contend((index) =>
        index === CONTENDERS / 2 ? slowUsers.change(user.id, { secondFactor: null }) : attempts[index % attempts.length]!(),
      )
      expect(await users().find(user.id)).to.not.have.property('secondFactor')
    })

    it('does nothing for who has no second factor, or is not there', async () => {
      const user = await person({ secondFactor: undefined })
      for (const id of [user.id, aUserId()]) {
        expect(await users().acceptStep(id, 1_000)).to.equal(false)
        expect(await users().spendRecoveryCode(id, 'a')).to.equal(false)
        expect(await users().renewRecoveryCodes(id, 'sealed', ['d'])).to.equal(false)
        expect(await users().resealSecondFactor(id, 'sealed', 'anew')).to.equal(false)
      }
      await users().note(aUserId(), event(1))
      expect(await users().find(user.id)).to.deep.equal(user)
    })

    it('keeps the last twenty events, in the order in which they came', async () => {
      const user = await person({ events: [] })
      for (let number = 1; number <= 25; number++) await users().note(user.id, event(number))
      const kept = Array.from({ length: 20 }, (_, index) => event(index + 6))
      expect((await users().find(user.id))?.events).to.deep.equal(kept)
    })

    it('loses no event that comes in parallel with others and with changes', async () => {
      const user = await person({ events: [] })
      const slowUsers = slow(storage()).users
      await contend(async (index) => {
        if (index < 20) await slowUsers.note(user.id, event(index))
        else await slowUsers.change(user.id, { endSessions: true })
      }, 40)
      const found = await users().find(user.id)
      expect(found?.events.map(({ address }) => address)).to.have.members(Array.from({ length: 20 }, (_, index) => event(index).address))
      expect(found?.sessionEpoch).to.equal(user.sessionEpoch + 20)
    })
  })
}
