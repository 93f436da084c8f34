import { expect } from 'chai'
import { Recent } from '../../domain/recent.js'
import { NOW } from '../support/builders.js'

describe('what was read lately', () => {
  function remembering(values: ReadonlyMap<string, string>) {
    const state = { now: NOW, reads: [] as string[] }
    const read = async (key: string) => {
      state.reads.push(key)
      return values.get(key)
    }
    return { state, recent: new Recent(read, { now: () => state.now }) }
  }

  it('RFC 6749 §5.2: is remembered for a second, whether it is there or not, so that an unknown client costs what a known one costs', async () => {
    const { state, recent } = remembering(new Map([['known', 'value']]))
    for (let round = 0; round < 3; round++)
      expect([await recent.get('known'), await recent.get('unknown')]).to.deep.equal(['value', undefined])
    expect(state.reads).to.deep.equal(['known', 'unknown'])
    state.now = new Date(NOW.getTime() + 1_000)
    for (let round = 0; round < 2; round++) for (const key of ['known', 'unknown']) await recent.get(key)
    expect(state.reads).to.deep.equal(['known', 'unknown', 'known', 'unknown'])
  })

  it('is seen within a second when it comes, and when it goes', async () => {
    const values = new Map<string, string>()
    const { state, recent } = remembering(values)
    expect(await recent.get('late')).to.equal(undefined)
    values.set('late', 'value')
    state.now = new Date(NOW.getTime() + 1_000)
    expect(await recent.get('late')).to.equal('value')
    values.delete('late')
    state.now = new Date(NOW.getTime() + 2_000)
    expect(await recent.get('late')).to.equal(undefined)
  })

  it('is not driven out by many things that are not there', async () => {
    const { state, recent } = remembering(new Map([['known', 'value']]))
    await recent.get('known')
    for (let i = 0; i < 3_000; i++) await recent.get(`unknown ${i}`)
    await recent.get('known')
    expect(state.reads.filter((key) => key === 'known')).to.have.length(1)
  })
})
