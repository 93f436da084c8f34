import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import './file-store-kit.js'

describe('a store in a file', () => {
  const source = () => readFile('test/swap/file-store.ts', 'utf8')

  it('is one file of under 200 lines', async () => {
    expect((await source()).trimEnd().split('\n').length).to.be.below(200)
  })

  it('is written against the export for stores alone', async () => {
    const imported = [...(await source()).matchAll(/from '([^']+)'/g)].map(([, from]) => from)
    expect(new Set(imported.filter((from) => !from?.startsWith('node:')))).to.deep.equal(new Set(['../../src/ports.js']))
  })
})
