import { expect } from 'chai'
import { command, type Console } from '../conformance/command.js'
import { FIRST_TIER } from '../conformance/first-tier.js'
import { LEFT_OUT } from '../conformance/left-out.js'
import { openWorld } from '../conformance/open-world.js'
import { ROWS } from '../conformance/rows.js'
import { runRows, type Outcome } from '../conformance/runner.js'
import type { Target } from '../conformance/target.js'
import type { World } from '../conformance/world.js'
import type { Meddling } from './support/conformance/front.js'
import { answering, at, header, json, location, METADATA, type Wrong } from './support/conformance/meddling.js'
import { startConformanceServer, type ConformanceServer } from './support/conformance/server.js'
import { WRONGS } from './support/conformance/wrongs.js'
import { freePort, PASSWORD } from './support/server.js'

const idsOf = ({ rows }: Pick<Wrong, 'rows'>): string[] => rows.split(' ')
const rowsNamed = (ids: readonly string[]) => ROWS.filter(({ id }) => ids.includes(id))
const verdicts = (outcomes: readonly Outcome[]) => outcomes.map(({ row, verdict, reason = '' }) => `${row.id} ${verdict} ${reason}`.trim())
const passes = (ids: readonly string[]) => ids.map((id) => `${id} passed`)

/** Rows that need another issuer or another redirect URI than the rest. */
const ELSEWHERE = ['META-003', 'REDIR-025', 'REDIR-028']

describe('the conformance runner', () => {
  let server: ConformanceServer
  let world: World
  before(async () => {
    server = await startConformanceServer()
    world = await openWorld(await server.target(), server.timing)
  })
  after(() => server.stop())

  it('holds a server against every row of the first tier, or says why not', () => {
    const ids = ROWS.map(({ id }) => id)
    expect(ids.length).to.be.at.least(100)
    expect([...ids, ...Object.keys(LEFT_OUT)]).to.have.members(FIRST_TIER)
    expect(new Set(FIRST_TIER).size).to.equal(FIRST_TIER.length)
    for (const [id, reason] of Object.entries(LEFT_OUT)) expect(reason, id).to.match(/\w/)
  })

  it('finds out which scopes the clients may ask for', () => {
    expect(world.confidential.scopes).to.deep.equal(['read'])
    expect(world.publicClient.scopes).to.deep.equal(['read', 'write'])
    expect([world.spareScope, world.foreignScope]).to.deep.equal(['write', 'admin'])
  })

  it('passes Portcullis in every row', async () => {
    const rows = ROWS.filter(({ id }) => !ELSEWHERE.includes(id))
    expect(verdicts(await runRows(world, rows))).to.deep.equal(passes(rows.map(({ id }) => id)))
  })

  describe('fails a server that', () => {
    afterEach(() => server.meddle(undefined))

    for (const wrong of WRONGS)
      it(wrong.how, async () => {
        server.meddle(wrong.meddling())
        const outcomes = await runRows(world, rowsNamed(idsOf(wrong)))
        expect(outcomes.map(({ row }) => row.id)).to.have.members(idsOf(wrong))
        expect(verdicts(outcomes.filter(({ verdict }) => verdict !== 'failed'))).to.deep.equal([])
      })

    it('is wrong in any row at all', () => {
      const proved = [...WRONGS.flatMap(idsOf), ...ELSEWHERE]
      expect(ROWS.map(({ id }) => id).filter((id) => !proved.includes(id))).to.deep.equal([])
    })
  })

  describe('elsewhere', () => {
    async function judged(id: string, at: ConformanceServer, redirectUri?: string, meddling?: Meddling): Promise<string[]> {
      const there = await openWorld(await at.target(redirectUri), at.timing)
      at.meddle(meddling)
      const outcomes = await runRows(there, rowsNamed([id]))
      at.meddle(undefined)
      return verdicts(outcomes)
    }

    it('META-003: passes Portcullis with an issuer path in every row, and sees an endpoint that is not below it', async () => {
      const other = await startConformanceServer('/t1')
      try {
        const rows = ROWS.filter(({ id }) => id === 'META-003' || !ELSEWHERE.includes(id))
        const there = await openWorld(await other.target(), other.timing)
        expect(verdicts(await runRows(there, rows))).to.deep.equal(passes(rows.map(({ id }) => id)))
        const astray = answering(
          METADATA,
          json((all) => ({ ...all, token_endpoint: String(all['token_endpoint']).replace('/t1', '') })),
        )
        expect(await judged('META-003', other, undefined, astray())).to.deep.equal([
          'META-003 failed token_endpoint is not below the issuer',
        ])
      } finally {
        await other.stop()
      }
    })

    for (const [id, uri, port] of [
      ['REDIR-025', 'http://[::1]/cb', ':61023'],
      ['REDIR-028', 'http://localhost/cb', ':49152'],
    ] as const)
      it(`${id}: lands at ${uri} with any port, and sees a server that does not`, async () => {
        const keeping = answering(
          at('/scopes'),
          location((to) => to.replace(port, '')),
        )
        expect(await judged(id, server, uri)).to.deep.equal([`${id} passed`])
        expect((await judged(id, server, uri, keeping())).join()).to.match(/failed the redirect leads to/)
      })

    it('skips what the server does not advertise', async () => {
      const fewer = answering(
        METADATA,
        json(({ revocation_endpoint: _, ...all }) => all),
      )
      server.meddle(fewer())
      const there = await openWorld(await server.target('https://spa.test/cb'), server.timing)
      server.meddle(undefined)
      expect(verdicts(await runRows(there, rowsNamed(['REV-005', 'REDIR-024'])))).to.deep.equal([
        'REDIR-024 skipped no client has a redirect URI at http://127.0.0.1',
        'REV-005 skipped revocation_endpoint is not advertised',
      ])
    })
  })

  describe('as a command', () => {
    async function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
      const said = { out: '', err: '' }
      const console: Console = {
        readStdin: async () => `${PASSWORD}\n`,
        out: (text) => (said.out += `${text}\n`),
        err: (text) => (said.err += `${text}\n`),
      }
      return { code: await command(args, console, server.timing), ...said }
    }
    const argumentsFor = ({ issuer, client, client2, redirectUri, redirectUri2, user }: Target, ...more: string[]): string[] =>
      Object.entries({ issuer, client: `${client.id}:${client.secret}`, client2: client2.id, 'redirect-uri': redirectUri, user })
        .flatMap(([name, value]) => [`--${name}`, value])
        .concat('--redirect-uri2', redirectUri2, '--password-stdin', '--samples', '1', ...more)

    it('prints a table and ends with 0 when nothing failed', async () => {
      const { code, out, err } = await run(argumentsFor(world.target, 'RESP-001', 'META-003'))
      expect([code, err]).to.deep.equal([0, ''])
      expect(out).to.match(/^id +verdict +severity +clause/)
      expect(out).to.match(/^META-003 +skipped +High +RFC8414 §3.1; .*: the issuer has no path$/m)
      expect(out).to.match(
        /^RESP-001 +passed +Critical +RFC6749 §4.1.2; .*a success is one code, the state and the issuer, and nothing else$/m,
      )
      expect(out).to.match(/^2 rows: 1 passed, 0 failed, 1 skipped$/m)
    })

    it('ends with 1 when something failed, and says it in one JSON document with --json', async () => {
      server.meddle(answering(METADATA, header('set-cookie', 'a=b'))())
      const { code, out } = await run(argumentsFor(world.target, '--json', 'META-019'))
      server.meddle(undefined)
      expect(code).to.equal(1)
      const { issuer, summary, rows } = JSON.parse(out) as { issuer: string; summary: unknown; rows: Record<string, unknown>[] }
      expect([issuer, summary]).to.deep.equal([server.issuer, { passed: 0, failed: 1, skipped: 0 }])
      expect(rows[0]).to.include({ id: 'META-019', clause: 'RFC8414 §3.2', severity: 'Low', verdict: 'failed', reason: 'it sets a cookie' })
    })

    for (const [what, change, problem] of [
      ['a missing option', (args: string[]) => args.slice(2), '--issuer is missing'],
      ['an unknown option', (args: string[]) => [...args, '--password', 'x'], "Unknown option '--password'"],
      ['a client without a secret', (args: string[]) => [...args, '--client', 'id'], '--client is not ID:SECRET'],
      ['an issuer that is no URL', (args: string[]) => [...args, '--issuer', 'x'], '--issuer is not a URL'],
      ['a number that is none', (args: string[]) => [...args, '--samples', '0'], '--samples is not a whole number above 0'],
      ['an unknown row', (args: string[]) => [...args, 'META-9'], 'there is no row META-9'],
    ] as const)
      it(`ends with 2 for ${what}`, async () => {
        const { code, out, err } = await run(change(argumentsFor(world.target)))
        expect([code, out]).to.deep.equal([2, ''])
        expect(err).to.include(problem).and.to.include('npm run conformance')
      })

    it('ends with 69 when nobody answers, or not with metadata', async () => {
      const nobody = `http://localhost:${await freePort()}`
      for (const issuer of [nobody, `${server.issuer}/other`]) {
        const { code, out, err } = await run(argumentsFor({ ...world.target, issuer }))
        expect([code, out]).to.deep.equal([69, ''])
        expect(err).to.include('oauth-authorization-server')
      }
    })
  })
})
