import { expect } from 'chai'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ROW = /\b(?!SHA-|AES-)[A-Z]{2,6}-\d{3}\b/g
/** The runner's rows are run against this server by test/conformance-runner.test.ts. */
const PLACES = [
  { folder: 'test', isMeant: (name: string) => name.endsWith('.test.ts') && name !== 'conformance.test.ts' },
  { folder: 'conformance/rows', isMeant: (name: string) => name.endsWith('.ts') },
]

async function filesOf({ folder, isMeant }: (typeof PLACES)[number]): Promise<string[]> {
  return (await readdir(join(process.cwd(), folder), { recursive: true })).filter(isMeant).map((name) => `${folder}/${name}`)
}

async function citations(): Promise<Map<string, string[]>> {
  const cited = new Map<string, string[]>()
  for (const file of (await Promise.all(PLACES.map(filesOf))).flat())
    for (const [id] of (await readFile(file, 'utf8')).matchAll(ROW)) cited.set(id, [...(cited.get(id) ?? []), file])
  return cited
}

describe('docs/conformance.md', () => {
  it('lists every row that a test cites, with the file of a test that cites it', async () => {
    const lines = (await readFile(join(process.cwd(), 'docs/conformance.md'), 'utf8')).split('\n')
    for (const [id, files] of await citations()) {
      const line = lines.find((text) => text.startsWith(`| ${id} |`))
      expect(line, `${id}, cited in ${files.join(', ')}`).to.be.a('string')
      expect(
        files.some((file) => line?.includes(`\`${file}\``)),
        `${id} names a test that cites it`,
      ).to.equal(true)
    }
  })

  it('lists no row that no test cites', async () => {
    const cited = await citations()
    const listed = (await readFile(join(process.cwd(), 'docs/conformance.md'), 'utf8')).matchAll(/^\| ([A-Z]{2,6}-\d{3}) \|/gm)
    for (const [, id = ''] of listed) expect(cited.has(id), id).to.equal(true)
  })
})
