import { expect } from 'chai'
import type { Context } from 'koa'
import { answerInTime } from '../../adapters/http/in-time.js'
import { Busy } from '../../domain/errors.js'

describe('a deadline of a request', () => {
  const ctx = { state: {} } as Context
  const outcome = (next: () => Promise<void>): Promise<unknown> =>
    Promise.resolve(answerInTime(20)(ctx, next)).then(
      () => 'answered',
      (error: unknown) => error,
    )

  it('CONC-023: what never comes is Busy', async () => {
    expect(await outcome(() => new Promise(() => undefined))).to.be.instanceOf(Busy)
  })

  it('what comes in time, and what fails in time, is left alone', async () => {
    expect(await outcome(() => Promise.resolve())).to.equal('answered')
    const failure = new Error('own')
    expect(await outcome(() => Promise.reject(failure))).to.equal(failure)
  })

  it('what fails too late troubles nobody', async () => {
    let fail: (error: Error) => void = () => undefined
    const refused = await outcome(() => new Promise((_, reject) => (fail = reject)))
    fail(new Error('too late'))
    await new Promise((turn) => setImmediate(turn))
    expect(refused).to.be.instanceOf(Busy)
  })
})
