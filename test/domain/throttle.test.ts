import { expect } from 'chai'
import { StoreUnavailable, TooManyAttempts } from '../../domain/errors.js'
import type { AttemptCounter } from '../../ports/attempt-counter.js'
import { MINUTE } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { ELSEWHERE, HOME, House, PASSWORD, refusal, times } from './people-fixture.js'

const wrong = (house: House, username = 'ada', source = HOME) => house.throttle.attempt(username, source, async () => undefined)
const right = (house: House, username = 'ada', source = HOME) => house.throttle.attempt(username, source, async () => 'in')

/** Fails once, at the second call of the method that `next` names. */
function failingAt(counter: AttemptCounter, next: { method?: keyof AttemptCounter }): AttemptCounter {
  let calls = 0
  const mayFail = (method: keyof AttemptCounter) => {
    if (next.method !== method || ++calls < 2) return
    calls = 0
    delete next.method
    throw new StoreUnavailable('down')
  }
  return {
    reserve: async (key, at, until) => {
      mayFail('reserve')
      return counter.reserve(key, at, until)
    },
    giveBack: async (key, until) => {
      mayFail('giveBack')
      await counter.giveBack(key, until)
    },
  }
}

describe('the throttle', () => {
  it('LOGIN-005 RFC 6749 §10.10: after ten failures nothing more is evaluated, until the window is over', async () => {
    const house = new House()
    for (let i = 0; i < 10; i++) await wrong(house)
    house.pass(5 * MINUTE)
    let evaluated = 0
    const refused = await refusal(house.throttle.attempt('ada', HOME, async () => ++evaluated))
    expect(refused).to.be.instanceOf(TooManyAttempts).and.to.have.property('retryAfter', 600)
    expect(evaluated).to.equal(0)
    house.pass(10 * MINUTE)
    expect(await right(house)).to.equal('in')
  })

  it('counts per account from everywhere, and per network for all accounts', async () => {
    const house = new House()
    for (let i = 0; i < 10; i++) await wrong(house, 'ada', { ...HOME, address: `203.0.113.${i.toString()}` })
    expect(await refusal(right(house, 'ada', ELSEWHERE))).to.be.instanceOf(TooManyAttempts)
    expect(await right(house, 'bob', ELSEWHERE)).to.equal('in')
    for (let i = 0; i < 10; i++) await wrong(house, `guess ${i.toString()}`)
    expect(await refusal(right(house, 'bob'))).to.be.instanceOf(TooManyAttempts)
    expect(await right(house, 'bob', ELSEWHERE)).to.equal('in')
  })

  it('takes a /64 of IPv6 for one network', async () => {
    const house = new House()
    const from = (address: string) => ({ ...HOME, address })
    for (let i = 0; i < 10; i++) await wrong(house, `guess ${i.toString()}`, from(`2001:db8:0:1::${i.toString(16)}`))
    expect(await refusal(right(house, 'bob', from('2001:0db8::1:ffff:0:0:1')))).to.be.instanceOf(TooManyAttempts)
    expect(await right(house, 'bob', from('2001:db8:0:2::1'))).to.equal('in')
  })

  it('counts neither what succeeds nor what could not be evaluated', async () => {
    const house = new House()
    for (let i = 0; i < 30; i++) await right(house)
    for (let i = 0; i < 30; i++) {
      await refusal(
        house.throttle.attempt('ada', HOME, async () => {
          throw new Error('down')
        }),
      )
    }
    expect(await right(house)).to.equal('in')
  })

  it('takes back once what succeeds, also when the store fails at it, and what was counted only half', async () => {
    const next: { method?: keyof AttemptCounter } = {}
    const house = new House((storage) => ({ ...storage, attempts: failingAt(storage.attempts, next) }))
    for (let i = 0; i < 5; i++) await wrong(house, `guess ${i.toString()}`)
    for (const method of ['giveBack', 'reserve', 'reserve', 'reserve'] as const) {
      next.method = method
      expect(String(await refusal(right(house)))).to.include('down')
      expect(next).to.not.have.property('method')
    }
    for (let i = 5; i < 10; i++) await wrong(house, `guess ${i.toString()}`)
    expect(await refusal(wrong(house, 'the eleventh'))).to.be.instanceOf(TooManyAttempts)
  })

  it('lets nobody pay for attempts at an account that is over its limit', async () => {
    const house = new House()
    for (let i = 0; i < 10; i++) await wrong(house, 'ada', ELSEWHERE)
    for (let i = 0; i < 30; i++) await refusal(wrong(house))
    expect(await right(house, 'bob')).to.equal('in')
  })

  it('CONC-009 RFC 6749 §10.10: of 200 parallel wrong sign-ins at most ten passwords are verified', async () => {
    for (const name of ['ada', 'nobody']) {
      const house = new House((storage) => slow(storage, 5))
      await house.add()
      const answers = await times(200, () =>
        house.signIn(name, 'wrong').then(
          () => 'refused',
          (error: unknown) => (error as Error).name,
        ),
      )
      expect(house.verified).to.be.within(1, 10)
      expect(answers.filter((answer) => answer === 'refused')).to.have.lengthOf(house.verified)
      expect(new Set(answers)).to.deep.equal(new Set(['refused', 'TooManyAttempts']))
    }
  })

  it('a hundred people who sign in at once get in through the room that failures left', async () => {
    const house = new House((storage) => slow(storage, 7))
    for (let i = 0; i < 9; i++) await wrong(house, `guess ${i.toString()}`)
    const signed = await times(100, (i) => right(house, `person ${i.toString()}`))
    expect(signed).to.deep.equal(Array.from({ length: 100 }, () => 'in'))
    await wrong(house, 'the last guess')
    expect(await refusal(right(house, 'bob'))).to.be.instanceOf(TooManyAttempts)
  })

  it('a hundred people who sign in at once from one network all get in', async () => {
    const house = new House((storage) => slow(storage, 6))
    for (let i = 0; i < 100; i++) await house.add(`person ${i.toString()}`)
    const signed = await times(100, (i) => house.signIn(`person ${i.toString()}`, PASSWORD))
    expect(signed.map((who) => who?.user.username)).to.deep.equal(Array.from({ length: 100 }, (_, i) => `person ${i.toString()}`))
  })
})
