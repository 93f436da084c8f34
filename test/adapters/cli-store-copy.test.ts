import { PassThrough, Readable } from 'node:stream'
import { expect } from 'chai'
import { runCli } from '../../adapters/cli/program.js'
import { openMemoryStorage } from '../../adapters/memory/storage.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { StoreMover } from '../../domain/store-mover.js'
import type { Storage } from '../../ports/storage.js'
import { aGrant, aUser, after, NOW } from '../support/builders.js'

const COPY = ['node', 'portcullis', 'store', 'copy']
const URLS = ['--from', 'one', '--to', 'other']
const GRANTS = 1_700

interface Circumstances {
  readonly isTTY?: boolean
  /** What the clock goes on by whenever it is read. */
  readonly step?: number
}

/** The command between two stores in memory. */
function aCopy(from: Storage, to: Storage, { isTTY = false, step = 0 }: Circumstances = {}) {
  const log: string[] = []
  let passed = 0
  const openBoth = async (...urls: readonly string[]) => {
    log.push(`open ${urls.join(' ')}`)
    return {
      moving: new StoreMover({ from, to, secrets: new SystemSecrets([Buffer.alloc(32, 7)]), clock: { now: () => NOW } }),
      describe: { from: 'mongodb://u:***@one', to: 'other\u001b[2J' },
      clock: { now: () => after((passed += step)) },
      close: async () => void log.push('close'),
    }
  }
  const never = () => Promise.reject(new Error('copying opens two stores and nothing else'))
  return async (...args: string[]) => {
    const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY })]
    const io = { stdin: Readable.from([]), stdout, stderr, isTerminal: false }
    const status = await runCli([...COPY, ...args], io, { open: never, openBoth, serve: never })
    return { status, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), log }
  }
}

async function aStore(): Promise<Storage> {
  const storage = openMemoryStorage()
  await storage.users.add(aUser())
  await storage.transfer.put(
    'grants',
    Array.from({ length: GRANTS }, () => aGrant()),
  )
  return storage
}

describe('the command store copy', () => {
  it('prints one JSON document under --json, and nothing else on stdout', async () => {
    const copy = aCopy(await aStore(), openMemoryStorage())
    const { status, out, log } = await copy(...URLS, '--json')
    expect([status, log]).to.deep.equal([0, ['open one other', 'close']])
    expect(out).to.match(/^[^\n]+\n$/)
    const { copied, rows, checksums, ...rest } = JSON.parse(out) as Record<string, Record<string, unknown>>
    expect([copied?.['grants'], rows?.['users'], rest]).to.deep.equal([GRANTS, 1, {}])
    expect(checksums?.['grants']).to.match(/^[0-9a-f]{64}$/)
  })

  it('says how many were copied and how many were there already', async () => {
    const [from, to] = [await aStore(), openMemoryStorage()]
    await to.transfer.put('grants', (await from.transfer.read('grants', 600)).records)
    const { out } = await aCopy(from, to)(...URLS)
    expect(out)
      .to.match(/^grants +1100 +600 +1700 +[0-9a-f]{64}$/m)
      .and.match(/^flows +0 +0 +0 +0{64}$/m)
  })

  it('names both stores first, harmless to a terminal', async () => {
    const { err } = await aCopy(await aStore(), openMemoryStorage())(...URLS)
    expect(err.split('\n')[0]).to.equal('from mongodb://u:***@one to other\\u001b[2J')
  })

  const grantLines = (err: string) => err.split('\n').filter((line) => line.startsWith('copying grants'))

  it('tells each part once where nobody watches and a second has not passed', async () => {
    const { err } = await aCopy(await aStore(), openMemoryStorage(), { step: 1 })(...URLS)
    expect(grantLines(err)).to.deep.equal(['copying grants: 1700 of 1700, 1700 written'])
    for (const control of ['\r', '\u001b']) expect(err).to.not.include(control)
  })

  it('tells more of a part that takes longer', async () => {
    const { err } = await aCopy(await aStore(), openMemoryStorage(), { step: 1_000 })(...URLS)
    expect(grantLines(err)).to.deep.equal([500, 1000, 1500, 1700].map((n) => `copying grants: ${n} of 1700, ${n} written`))
  })

  it('rewrites one line for a person who watches', async () => {
    const { err } = await aCopy(await aStore(), openMemoryStorage(), { isTTY: true })(...URLS)
    const line = (n: number) => `\rcopying grants: ${n} of 1700, ${n} written\u001b[K`
    expect(err).to.include(`${[500, 1000, 1500, 1700].map(line).join('')}\n`)
  })

  it('gives a refusal a line of its own and closes both stores', async () => {
    const to = openMemoryStorage()
    await to.users.add(aUser())
    const { status, out, err, log } = await aCopy(await aStore(), to, { isTTY: true })(...URLS)
    expect([status, out, log]).to.deep.equal([1, '', ['open one other', 'close']])
    expect(err).to.match(/\nerror: the destination holds 1 users that the source does not[^\n]*\n$/)
  })

  it('opens nothing without both names', async () => {
    for (const args of [[], ['--from', 'one'], ['--to', 'other'], [...URLS, 'more']]) {
      const { status, log } = await aCopy(openMemoryStorage(), openMemoryStorage())(...args)
      expect([status, log]).to.deep.equal([2, []])
    }
  })

  it('says in its help that the secrets must be the same', async () => {
    const { status, out } = await aCopy(openMemoryStorage(), openMemoryStorage())('--help')
    expect(status).to.equal(0)
    expect(out).to.include('the same PORTCULLIS_SECRETS')
  })
})
