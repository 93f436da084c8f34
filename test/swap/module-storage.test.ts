import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { InvalidInput, StoreUnavailable } from '../../domain/errors.js'
import { SettingsError } from '../../src/config.js'
import { openStorage } from '../../src/open-storage.js'
import { failure } from '../contracts/opened.js'
import { aScope } from '../support/builders.js'

/** A Storage in plain words: every method of every port answers undefined, unless `changes` says otherwise. */
const made = (changes = '') => `
  const methods = ${JSON.stringify(METHODS)}
  const storage = Object.fromEntries(Object.entries(methods).map(([port, names]) =>
    [port, Object.fromEntries(names.map((name) => [name, async () => undefined]))]))
  ${changes}
  export default async (url) => ({ ...storage, url })`

/** The names of the methods of each port. */
const METHODS = Object.fromEntries(
  Object.entries(openMemoryStorage()).map(([port, repository]) => [
    port,
    [...Object.getOwnPropertyNames(Object.getPrototypeOf(repository)), ...Object.keys(repository as object)].filter(
      (name) => name !== 'constructor',
    ),
  ]),
)

describe('a store of one’s own, by module:PATH', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcullis-module-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  let files = 0
  const moduleOf = async (source: string): Promise<string> => {
    const file = join(folder, `store-${++files}.mjs`)
    await writeFile(file, source)
    return file
  }
  const refusal = async (source: string, query = '') => failure(async () => openStorage(`module:${await moduleOf(source)}${query}`))

  it('is what the default export answers for the whole of STORE, the path relative to the working directory', async () => {
    const file = relative(process.cwd(), await moduleOf(made('storage.scopes.list = async () => seen; let seen')))
    expect(await openStorage(`module:${file}`)).to.have.keys(...Object.keys(METHODS), 'url')
    const url = `module:${await moduleOf('export default async (url) => { throw new Error(String(url.length)) }')}?a=b?c`
    expect(await failure(() => openStorage(url)))
      .to.have.property('message')
      .that.includes(url.length.toString())
  })

  it('is a mistake in the settings when there is no such file, and the sentence names where it was looked for', async () => {
    const file = join(folder, 'nowhere.mjs')
    const error = await failure(() => openStorage(`module:${file}?password=secret`))
    expect(error).to.be.instanceOf(SettingsError)
    expect((error as Error).message)
      .to.match(/^PORTCULLIS_STORE: there is no file /)
      .and.include(file)
    expect((error as Error).message)
      .to.not.include('secret')
      .and.not.include('\n')
  })

  const mistakes: readonly [string, string, RegExp][] = [
    ['that cannot be read as JavaScript', 'export default async (', /cannot be loaded \(/],
    ['that throws', 'throw new Error("no licence")', /cannot be loaded \(no licence\)/],
    ['that imports what is not there', 'import "not-installed-anywhere"', /cannot be loaded \(.*not-installed-anywhere/],
    ['without a default export', 'export const open = async () => ({})', /no function as its default export/],
    ['whose default export is no function', 'export default {}', /no function as its default export/],
    ['that answers nothing', 'export default async () => undefined', /has no clients;/],
    ['that answers a text', 'export default async () => "store"', /has no clients;/],
    ['that leaves a port out', made('delete storage.grants'), /has no grants;/],
    ['that has null for a port', made('storage.transfer = null'), /has no transfer;/],
    ['that leaves a method of a port out', made('delete storage.grants.redeem'), /has no grants\.redeem;/],
    ['whose method is none', made('storage.maintenance.close = true'), /has no maintenance\.close;/],
  ]
  for (const [which, source, sentence] of mistakes)
    it(`is a mistake in the settings when it is a module ${which}`, async () => {
      const error = await refusal(source)
      expect(error).to.be.instanceOf(SettingsError)
      expect((error as SettingsError).problems).to.have.length(1)
      expect((error as Error).message)
        .to.match(/^PORTCULLIS_STORE: /)
        .and.match(sentence)
    })

  it('is unavailable when the function throws, whatever that is', async () => {
    for (const thrown of [
      'new Error("connection refused")',
      '"connection refused"',
      'Object.assign(new Error("connection refused"), { name: "StoreUnavailable" })',
    ]) {
      const error = await refusal(`export default async () => { throw ${thrown} }`, '?password=secret')
      expect(error, thrown).to.be.instanceOf(StoreUnavailable)
      expect((error as Error).message)
        .to.include('connection refused')
        .and.not.include('secret')
    }
  })

  const GIVEN = 'url=postgres://ada:hunter%402@db.example/auth&token=abcdef'
  const WORDS = ['url.split("?")[1]', '"no answer for ada:hunter%402@"', '"password hunter@2 refused"', '"bad token abcdef"']
  const isDiscreet = (text: unknown) => expect(String(text)).to.not.match(/hunter|abcdef/)

  for (const name of ['Error', 'StoreUnavailable'])
    for (const words of WORDS)
      it(`repeats nothing that follows the question mark when an ${name} of its function says ${words}`, async () => {
        const error = await refusal(
          `export default async (url) => { throw Object.assign(new Error(${words}), { name: '${name}' }) }`,
          `?${GIVEN}`,
        )
        expect(error).to.be.instanceOf(StoreUnavailable)
        isDiscreet(inspect(error))
      })

  for (const name of ['TypeError', 'StoreUnavailable', 'InvalidInput'])
    for (const words of WORDS)
      it(`repeats nothing that follows the question mark when a ${name} of a method says ${words}`, async () => {
        const throwing = `async () => { throw Object.assign(new Error(${words}), { name: '${name}' }) }`
        const source = made().replace('({ ...storage, url })', `{ storage.scopes.list = ${throwing}; return storage }`)
        const { scopes } = await openStorage(`module:${await moduleOf(source)}?${GIVEN}`)
        const error = await failure(() => scopes.list())
        expect(error).to.have.property('name', name)
        isDiscreet(inspect(error))
      })

  it('has its errors understood though their classes come from another copy of the package', async () => {
    const throwing = (name: string) => `async () => { throw Object.assign(new Error("${name} it is"), { name: "${name}" }) }`
    const source = made(
      `Object.assign(storage.scopes, { list: ${throwing('StoreUnavailable')}, add: ${throwing('InvalidInput')}, remove: ${throwing('TypeError')} })`,
    )
    const { scopes } = await openStorage(`module:${await moduleOf(source)}`)
    expect(await failure(() => scopes.list()))
      .to.be.instanceOf(StoreUnavailable)
      .with.property('message', 'StoreUnavailable it is')
    expect(await failure(() => scopes.add(aScope()))).to.be.instanceOf(InvalidInput)
    expect(await failure(() => scopes.remove('read')))
      .to.have.property('name', 'TypeError')
      .and.not.to.be.instanceOf(InvalidInput)
  })

  it('keeps its methods what they are: they see their own object', async () => {
    const source = made(
      'storage.scopes = new (class { #names = ["read"]; async list() { return this.#names } async add() {} async replace() {} async remove() {} })()',
    )
    expect(await (await openStorage(`module:${await moduleOf(source)}`)).scopes.list()).to.deep.equal(['read'])
  })
})
