import { readdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { foreignProject, foreignSource, run, type Project } from './foreign.js'

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

// The scripts would build dist anew, under the feet of other tests.
async function pack(...options: string[]): Promise<Packed> {
  const { stdout, stderr } = await run(process.cwd(), process.env, 'npm', 'pack', '--json', '--ignore-scripts', ...options)
  const [packed] = JSON.parse(stdout || '[]') as Packed[]
  if (packed === undefined) throw new Error(stderr)
  return packed
}

/** The tarball where npm would unpack it, beside what it depends on. */
async function install(modules: string): Promise<void> {
  const { filename } = await pack('--pack-destination', modules)
  const unpacked = await run(modules, process.env, 'tar', '-xzf', filename)
  expect(unpacked.code, unpacked.stderr).to.equal(0)
  await symlink('package', join(modules, 'portcullis'), 'junction')
  for (const name of await readdir('node_modules'))
    if (!name.startsWith('.')) await symlink(resolve('node_modules', name), join(modules, name), 'junction')
}

const COMPILER_OPTIONS = {
  module: 'NodeNext',
  target: 'ES2023',
  types: ['node', 'mocha'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  preserveSymlinks: true,
}

/** A store that answers the tokens for a code to whoever asks. */
const LEAKY = `
import { storageContract } from 'portcullis/contracts'
import openFileStore from './file-store.js'
storageContract('leaky', async () => {
  const storage = await openFileStore('?' + (await import('node:fs')).mkdtempSync('leaky-') + '/store')
  const redeem = async (id, redemption) => (await storage.grants.redeem(id, redemption)) ?? storage.grants.find(id)
  return { storage: { ...storage, grants: { ...storage.grants, redeem } }, close: async () => {} }
})`

describe('the package as npm packs it', function () {
  this.timeout(300_000)
  let project: Project
  before(async () => {
    project = await foreignProject(install)
  })
  after(() => project.remove())

  it('holds the contract kit with its declarations, and no test', async () => {
    const paths = (await pack('--dry-run')).files.map(({ path }) => path)
    for (const file of ['src/portcullis', 'src/ports', 'test/contracts/storage', 'test/contracts/process-worker'])
      expect(paths).to.include.members([`dist/${file}.js`, `dist/${file}.d.ts`])
    expect(paths.filter((path) => path.includes('.test.'))).to.deep.equal([])
    const kit = /^dist\/test\/(contracts\/[^/]+|support\/(builders|overrides|slow))\./
    expect(paths.filter((path) => path.includes('test/') && !kit.test(path))).to.deep.equal([])
  })

  it('lets somebody else write a store, type check it and run the kit on it with a mocha of their own', async () => {
    for (const file of ['file-store.ts', 'file-store-kit.ts']) await project.write(file, await foreignSource(file))
    await project.write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['*.ts'] }))
    const compiled = await project.run(process.execPath, resolve('node_modules/typescript/bin/tsc'))
    expect(compiled.stdout).to.equal('')
    const { stats, failures } = await mocha('file-store-kit.js')
    expect(failures).to.deep.equal([])
    expect(stats.passes).to.be.above(150)
  })

  it('refuses a store that spends a code twice', async () => {
    await project.write('leaky.js', LEAKY)
    const { failures } = await mocha('leaky.js', '--grep', 'redeeming')
    expect(failures.map(({ fullTitle }) => fullTitle)).to.include('leaky: GrantRepository redeeming lets one of any number of attempts win')
  })

  async function mocha(...args: string[]) {
    const ended = await project.run(process.execPath, resolve('node_modules/mocha/bin/mocha.js'), '--exit', '--reporter', 'json', ...args)
    if (!ended.stdout.startsWith('{')) throw new Error(ended.stderr)
    return JSON.parse(ended.stdout) as { stats: { passes: number }; failures: { fullTitle: string }[] }
  }
})
