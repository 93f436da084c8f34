import { expect } from 'chai'
import { judgeGeneration } from '../../domain/grant.js'

describe('the lineage of refresh tokens', () => {
  const rotatedAt = new Date('2030-01-01T00:00:05Z')
  const later = new Date('2031-01-01T00:00:00Z')
  const lineage = { generation: 7, rotatedAt, rotatedBefore: new Date('2030-01-01T00:00:02Z'), idleExpiresAt: later, expiresAt: later }
  const after = (seconds: number): Date => new Date(rotatedAt.getTime() + seconds * 1000)

  it('a token rotated out inside the window is a retry, an older one is reuse', () => {
    expect(judgeGeneration(lineage, 7, after(5), 30_000)).to.equal('newest')
    expect(judgeGeneration(lineage, 6, after(5), 30_000)).to.equal('retry')
    expect(judgeGeneration(lineage, 5, after(5), 30_000)).to.equal('retry')
    expect(judgeGeneration(lineage, 4, after(5), 30_000)).to.equal('reuse')
  })

  it('the window is counted from when each was rotated out', () => {
    expect(judgeGeneration(lineage, 6, after(29.999), 30_000)).to.equal('retry')
    expect(judgeGeneration(lineage, 5, after(27), 30_000)).to.equal('reuse')
    expect(judgeGeneration(lineage, 6, after(30), 30_000)).to.equal('reuse')
  })

  it('a window of nothing forgives nothing, not even a clock that stepped back', () => {
    expect(judgeGeneration(lineage, 6, after(-1), 0)).to.equal('reuse')
  })

  it('a generation that was never made is reuse', () => {
    expect(judgeGeneration(lineage, 8, after(1), 30_000)).to.equal('reuse')
  })

  it('either expiry is the end', () => {
    expect(judgeGeneration({ ...lineage, idleExpiresAt: after(1) }, 7, after(1), 30_000)).to.equal('expired')
    expect(judgeGeneration({ ...lineage, expiresAt: after(1) }, 6, after(1), 30_000)).to.equal('expired')
  })
})
