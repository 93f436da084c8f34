import { expect } from 'chai'
import type { Flow } from '../../domain/flow.js'
import { aFlow, aFlowId, after, anAttempt, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { expectCopies } from './copies.js'
import { contend, failure, opening, winners, type Open } from './opened.js'

const anUnspentFlow = (): Flow => aFlow({ spentAt: undefined, spentBy: undefined })

export function flowRepositoryContract(name: string, open: Open): void {
  describe(`${name}: FlowRepository`, () => {
    const storage = opening(open)
    const flows = () => storage().flows

    it('keeps every field, as a copy', async () => {
      const flow = aFlow()
      const { id } = flow
      await expectCopies(
        flow,
        (it) => flows().begin(it),
        () => flows().find(id),
      )
    })

    it('keeps one that is unspent and has no parameters', async () => {
      const flow = aFlow({ parameters: {}, spentAt: undefined, spentBy: undefined })
      await flows().begin(flow)
      expect(await flows().find(flow.id)).to.deep.equal(flow)
    })

    it('answers undefined for an unknown flow, and does not spend it', async () => {
      await flows().begin(anUnspentFlow())
      const id = aFlowId()
      expect(await flows().spend(id, anAttempt(), NOW)).to.equal(false)
      expect(await flows().find(id)).to.equal(undefined)
    })

    it('spends a flow and says when and by which attempt', async () => {
      const [flow, other] = [anUnspentFlow(), anUnspentFlow()]
      await flows().begin(flow)
      await flows().begin(other)
      const attempt = anAttempt()
      expect(await flows().spend(flow.id, attempt, NOW)).to.equal(true)
      expect(await flows().find(flow.id)).to.deep.equal({ ...flow, spentAt: NOW, spentBy: attempt })
      expect(await flows().find(other.id)).to.deep.equal(other)
    })

    it('answers the attempt that spent it the same again, and changes nothing', async () => {
      const flow = anUnspentFlow()
      await flows().begin(flow)
      const attempt = anAttempt()
      await flows().spend(flow.id, attempt, NOW)
      expect(await flows().spend(flow.id, attempt, after(10))).to.equal(true)
      expect(await flows().spend(flow.id, anAttempt(), NOW)).to.equal(false)
      expect(await flows().find(flow.id)).to.deep.equal({ ...flow, spentAt: NOW, spentBy: attempt })
    })

    it('spends until the last millisecond before it expires', async () => {
      const flow = anUnspentFlow()
      await flows().begin(flow)
      const { expiresAt } = flow
      expect(await flows().spend(flow.id, anAttempt(), expiresAt), 'at the end').to.equal(false)
      expect(await flows().spend(flow.id, anAttempt(), new Date(expiresAt.getTime() + 1)), 'after it').to.equal(false)
      expect(await flows().find(flow.id)).to.deep.equal(flow)
      expect(await flows().spend(flow.id, anAttempt(), new Date(expiresAt.getTime() - 1)), 'before it').to.equal(true)
    })

    it('is spent by one of any number of attempts', async () => {
      const flow = anUnspentFlow()
      await flows().begin(flow)
      const { flows: slowFlows } = slow(storage())
      const attempts = Array.from({ length: 50 }, anAttempt)
      const results = await contend((index) => slowFlows.spend(flow.id, attempts[index]!, NOW))
      expect(winners(results)).to.have.length(1)
      expect((await flows().find(flow.id))?.spentBy).to.equal(attempts[results.indexOf(true)])
      const again = await contend((index) => slowFlows.spend(flow.id, attempts[index]!, NOW))
      expect(again).to.deep.equal(results)
    })

    it('does not make a spent flow good by beginning it again', async () => {
      const flow = anUnspentFlow()
      await flows().begin(flow)
      await flows().spend(flow.id, anAttempt(), NOW)
      await failure(() => flows().begin(flow))
      expect(await flows().spend(flow.id, anAttempt(), NOW)).to.equal(false)
    })
  })
}
