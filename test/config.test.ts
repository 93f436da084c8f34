import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { expect } from 'chai'
import { maskStore, readConfig, SettingsError } from '../src/config.js'

const SECRET = Buffer.alloc(32, 7).toString('base64url')
const OLD_SECRET = Buffer.alloc(40, 9).toString('base64url')
const SETTINGS_ERROR = 'SettingsError'

type Given = Readonly<Record<string, string>>

const environment = (given: Given): Given => Object.fromEntries(Object.entries(given).map(([name, value]) => [`PORTCULLIS_${name}`, value]))
const development = (given: Given = {}) => readConfig(environment({ SECRETS: SECRET, ...given }), '/nowhere')
const production = (given: Given = {}) =>
  readConfig({ NODE_ENV: 'production', ...environment({ ISSUER: 'https://login.example.com', SECRETS: SECRET, ...given }) }, '/nowhere')

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    expect(error).instanceOf(SettingsError).property('name', SETTINGS_ERROR)
    return (error as SettingsError).problems
  }
  return []
}

describe('settings', () => {
  it('have the documented defaults', () => {
    expect(development()).deep.equal({
      production: false,
      issuer: 'http://localhost:3000',
      listen: { host: '127.0.0.1', port: 3000 },
      operations: { host: '127.0.0.1', port: 3001 },
      store: 'sqlite:var/portcullis.db',
      secrets: [Buffer.alloc(32, 7)],
      trustProxy: 0,
      flowTtlMs: 1_800_000,
      codeTtlMs: 60_000,
      accessTokenTtlMs: 600_000,
      refreshIdleTtlMs: 2_592_000_000,
      refreshMaxTtlMs: 15_552_000_000,
      refreshGraceMs: 30_000,
      sessionIdleTtlMs: 43_200_000,
      sessionMaxTtlMs: 2_592_000_000,
      loginWindowMs: 900_000,
      loginAttempts: 10,
      clientAttempts: 20,
      defaultResource: 'http://localhost:3000',
      brand: { name: 'Portcullis' },
      logLevel: 'info',
      workers: 1,
    })
  })

  it('are all read', () => {
    const given = {
      ISSUER: 'https://id.example.org/tenant/',
      HOST: '::',
      PORT: '0',
      OPS_HOST: 'ops.internal',
      OPS_PORT: '65535',
      STORE: 'mongodb+srv://app:pw@db.example.org/auth',
      SECRETS: `${SECRET}, ${OLD_SECRET}`,
      TRUST_PROXY: '2',
      FLOW_TTL: '1h',
      CODE_TTL: '90s',
      ACCESS_TOKEN_TTL: '15m',
      REFRESH_IDLE_TTL: '12h',
      REFRESH_MAX_TTL: '7d',
      REFRESH_GRACE: '0s',
      SESSION_IDLE_TTL: '1h',
      SESSION_MAX_TTL: '1d',
      LOGIN_ATTEMPTS: '5',
      LOGIN_WINDOW: '5m',
      CLIENT_ATTEMPTS: '6',
      DEFAULT_RESOURCE: 'https://api.example.org/v1',
      BRAND_NAME: 'Ünïon ✓',
      BRAND_COLOR: '#7A0000',
      LOG_LEVEL: 'warn',
      WORKERS: '4',
    }
    expect(production(given)).deep.equal({
      production: true,
      issuer: 'https://id.example.org/tenant',
      listen: { host: '::', port: 0 },
      operations: { host: 'ops.internal', port: 65_535 },
      store: 'mongodb+srv://app:pw@db.example.org/auth',
      secrets: [Buffer.alloc(32, 7), Buffer.alloc(40, 9)],
      trustProxy: 2,
      flowTtlMs: 3_600_000,
      codeTtlMs: 90_000,
      accessTokenTtlMs: 900_000,
      refreshIdleTtlMs: 43_200_000,
      refreshMaxTtlMs: 604_800_000,
      refreshGraceMs: 0,
      sessionIdleTtlMs: 3_600_000,
      sessionMaxTtlMs: 86_400_000,
      loginWindowMs: 300_000,
      loginAttempts: 5,
      clientAttempts: 6,
      defaultResource: 'https://api.example.org/v1',
      brand: { name: 'Ünïon ✓', color: '#7A0000' },
      logLevel: 'warn',
      workers: 4,
    })
  })

  it('count as absent when empty', () => {
    expect(development({ PORT: '', ISSUER: ' ', BRAND_COLOR: '' })).deep.equal(development())
  })

  it('leave a default idle limit below a shorter absolute one', () => {
    const { refreshIdleTtlMs, sessionIdleTtlMs } = development({ REFRESH_MAX_TTL: '5s', SESSION_MAX_TTL: '1h' })
    expect({ refreshIdleTtlMs, sessionIdleTtlMs }).deep.equal({ refreshIdleTtlMs: 5_000, sessionIdleTtlMs: 3_600_000 })
  })

  const right: readonly (readonly [string, string])[] = [
    ['ISSUER', 'http://10.0.0.5:3000'],
    ['ISSUER', 'https://login.example.com:8443/a/b_c'],
    ['STORE', 'sqlite:/var/lib/portcullis.db'],
    ['STORE', 'module:./store.js'],
    ['STORE', 'memory:'],
    ['STORE', 'mongodb://a.example,b.example:27018/auth?replicaSet=rs0'],
    ['DEFAULT_RESOURCE', 'urn:example:api'],
    ['BRAND_COLOR', '#767676'],
    ['BRAND_NAME', 'x'.repeat(60)],
    ['CODE_TTL', '10m'],
    ['WORKERS', '64'],
    ['HOST', 'localhost'],
  ]
  for (const [name, value] of right) {
    it(`accept ${name}=${value}`, () => {
      expect(problemsOf(() => development({ [name]: value }))).deep.equal([])
    })
  }

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['ISSUER', 'login.example.com', /absolute URL/],
    ['ISSUER', 'ftp://login.example.com', /absolute URL/],
    ['ISSUER', 'https://login.example.com?a=b', /query/],
    ['ISSUER', 'https://login.example.com/?', /query/],
    ['ISSUER', 'https://login.example.com/#', /fragment/],
    ['ISSUER', 'https://ada@login.example.com', /user information/],
    ['ISSUER', 'https://@login.example.com', /user information/],
    ['ISSUER', 'https://LOGIN.example.com', /normal form/],
    ['ISSUER', 'https://login.example.com:443', /normal form/],
    ['ISSUER', 'https://login.example.com/a/../b', /normal form/],
    ['ISSUER', 'https://login.example.com/a//b', /path of letters/],
    ['ISSUER', 'https://login.example.com/:tenant', /path of letters/],
    ['HOST', '[::1]', /without brackets/],
    ['HOST', '300.1.1.1', /IP address/],
    ['PORT', '65536', /from 0 to 65535/],
    ['PORT', '-1', /from 0 to 65535/],
    ['PORT', '3e3', /from 0 to 65535/],
    ['OPS_PORT', '3000', /must differ from PORTCULLIS_PORT/],
    ['STORE', 'var/portcullis.db', /sqlite:PATH/],
    ['STORE', 'postgres://db', /sqlite:PATH/],
    ['STORE', 'sqlite:', /path of a file/],
    ['STORE', 'sqlite::memory:', /path of a file/],
    ['STORE', 'sqlite:///var/portcullis.db', /without \/\//],
    ['STORE', 'mongodb://', /a host/],
    ['STORE', 'mongodb://user@', /a host/],
    ['STORE', 'module:', /path of a module/],
    ['STORE', 'memory', /sqlite:PATH/],
    ['TRUST_PROXY', '11', /from 0 to 10/],
    ['TRUST_PROXY', 'true', /from 0 to 10/],
    ['FLOW_TTL', '25h', /from 1s to 1d/],
    ['CODE_TTL', '11m', /from 1s to 10m/],
    ['CODE_TTL', '0s', /from 1s to 10m/],
    ['CODE_TTL', '60', /with s, m, h or d/],
    ['CODE_TTL', '1.5m', /with s, m, h or d/],
    ['CODE_TTL', '60 s', /with s, m, h or d/],
    ['ACCESS_TOKEN_TTL', '61m', /from 1s to 1h/],
    ['REFRESH_GRACE', '6m', /from 0s to 5m/],
    ['REFRESH_IDLE_TTL', '181d', /not be longer than PORTCULLIS_REFRESH_MAX_TTL \(180d\)/],
    ['SESSION_IDLE_TTL', '31d', /not be longer than PORTCULLIS_SESSION_MAX_TTL \(30d\)/],
    ['SESSION_MAX_TTL', '366d', /from 1s to 365d/],
    ['LOGIN_ATTEMPTS', '0', /from 1 to/],
    ['LOGIN_WINDOW', 'soon', /with s, m, h or d/],
    ['CLIENT_ATTEMPTS', '1,000', /from 1 to/],
    ['DEFAULT_RESOURCE', 'api', /absolute URI/],
    ['DEFAULT_RESOURCE', 'https://api.example.com/#a', /fragment/],
    ['BRAND_NAME', 'x'.repeat(61), /at most 60 characters/],
    ['BRAND_NAME', 'a\u0007b', /control character/],
    ['BRAND_NAME', 'a\u202eb', /control character/],
    ['BRAND_COLOR', 'navy', /#rrggbb/],
    ['BRAND_COLOR', '#00f', /#rrggbb/],
    ['BRAND_COLOR', '#777777', /contrast of 4\.48:1 against white/],
    ['BRAND_COLOR', '#ffff00', /contrast of 1\.07:1 against white/],
    ['LOG_LEVEL', 'verbose', /one of fatal, error, warn, info/],
    ['WORKERS', '0', /from 1 to 64/],
    ['WORKERS', '65', /from 1 to 64/],
    ['SECRETS', 'short', /not base64url|fewer than 32 bytes/],
    ['SECRETS', Buffer.alloc(31, 1).toString('base64url'), /fewer than 32 bytes/],
    ['SECRETS', `${SECRET}=`, /without padding/],
    ['SECRETS', `${SECRET},${'+/'.repeat(22)}`, /number 2 of 2 is not base64url/],
    ['SECRETS', `${SECRET},,${OLD_SECRET}`, /number 2 of 3 is not base64url/],
    ['SECRETS', `${SECRET},`, /number 2 of 2 is not base64url/],
  ]
  for (const [name, value, what] of wrong) {
    it(`refuse ${name}=${JSON.stringify(value)}, saying what is wrong and what is right`, () => {
      const problems = problemsOf(() => development({ [name]: value }))
      expect(problems).length(1)
      expect(problems[0])
        .match(new RegExp(`^PORTCULLIS_${name}: `))
        .match(what)
        .match(/; for example \S/)
    })
  }

  it('refuse several processes on the store that they cannot share', () => {
    expect(problemsOf(() => development({ STORE: 'memory:', WORKERS: '2' }))).deep.equal([
      'PORTCULLIS_WORKERS: must be 1 with the store memory:, which processes cannot share; for example 1',
    ])
  })

  for (const [unknown, known] of [
    ['PORTCULLIS_SECRET', 'PORTCULLIS_SECRETS'],
    ['PORTCULLIS_ISSUER_URL', 'PORTCULLIS_ISSUER'],
    ['PORTCULLIS_REFRESH_TTL', 'PORTCULLIS_REFRESH_MAX_TTL'],
    ['PORTCULLIS_port', 'PORTCULLIS_PORT'],
    ['PORTCULLIS_toString', 'PORTCULLIS_'],
  ] as const) {
    it(`refuse the name ${unknown} and suggest a known one`, () => {
      const [problem, ...others] = problemsOf(() => readConfig({ PORTCULLIS_SECRETS: SECRET, [unknown]: SECRET }))
      expect(others).deep.equal([])
      expect(problem)
        .match(new RegExp(`^${unknown}: is not a setting; the nearest is ${known}`))
        .not.include(SECRET)
    })
  }

  it('are refused all at once', () => {
    const problems = problemsOf(() =>
      production({ PORT: 'x', CODE_TTL: '1y', LOG_LEVEL: 'loud', STORE: 'memory:', SECRETS: 'a', WORKER: '2', ISSUER: '' }),
    )
    expect(problems.map((problem) => problem.split(':', 1)[0])).members([
      'PORTCULLIS_PORT',
      'PORTCULLIS_CODE_TTL',
      'PORTCULLIS_LOG_LEVEL',
      'PORTCULLIS_STORE',
      'PORTCULLIS_SECRETS',
      'PORTCULLIS_WORKER',
      'PORTCULLIS_ISSUER',
    ])
  })

  for (const [name, value] of [
    ['SECRETS', 'hunter2hunter2'],
    ['SECRETS', `${SECRET},hunter2hunter2`],
    ['STORE', 'mongo://ada:hunter2@db'],
    ['STORE', 'mongodb://ada:hunter2@'],
    ['STORE', 'sqlite://ada:hunter2@db'],
    ['ISSUER', 'https://ada:hunter2@login.example.com'],
    ['PORT', 'hunter2'],
    ['BRAND_COLOR', 'hunter2'],
    ['LOG_LEVEL', 'hunter2'],
    ['DEFAULT_RESOURCE', 'hunter2'],
  ] as const) {
    it(`tell nothing of a wrong ${name} that may be a secret: ${value.length.toString()} characters`, () => {
      const said = problemsOf(() => development({ [name]: value }))
      expect(said).length(1)
      expect(said.join()).not.include('hunter2').not.include(SECRET)
    })
  }
})

describe('settings in production', () => {
  it('OPS-003 RFC 9700 §2.6: refuse a missing ISSUER, saying so', () => {
    const [problem, ...others] = problemsOf(() => production({ ISSUER: '' }))
    expect(others).deep.equal([])
    expect(problem).match(/^PORTCULLIS_ISSUER: must be set in production; for example \S/)
  })

  for (const [how, given] of [
    ['absent', { NODE_ENV: 'production', PORTCULLIS_ISSUER: 'https://login.example.com' }],
    ['empty', { NODE_ENV: 'production', PORTCULLIS_ISSUER: 'https://login.example.com', PORTCULLIS_SECRETS: '' }],
  ] as const) {
    it(`OPS-003 RFC 9700 §2.6: refuse SECRETS that are ${how}, saying so, and have none by default`, () => {
      const [problem, ...others] = problemsOf(() => readConfig(given, '/nowhere'))
      expect(others).deep.equal([])
      expect(problem).match(/^PORTCULLIS_SECRETS: must be set in production; for example \S/)
    })
  }

  for (const [how, secrets] of [
    ['one byte too short', Buffer.alloc(31, 7).toString('base64url')],
    ['a word', 'secret'],
    ['long enough but for the second', `${SECRET},changeme`],
  ] as const) {
    it(`OPS-003 RFC 9700 §2.6: refuse SECRETS that are ${how}, saying what is right`, () => {
      const [problem, ...others] = problemsOf(() => production({ SECRETS: secrets }))
      expect(others).deep.equal([])
      expect(problem)
        .match(/^PORTCULLIS_SECRETS: .*fewer than 32 bytes.*; for example \S/)
        .not.include(secrets)
    })
  }

  for (const issuer of [
    'http://login.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://10.0.0.5:3000',
  ]) {
    it(`OPS-003 RFC 9700 §2.6: refuse the issuer ${issuer}, asking for https`, () => {
      const [problem, ...others] = problemsOf(() => production({ ISSUER: issuer }))
      expect(others).deep.equal([])
      expect(problem).match(/^PORTCULLIS_ISSUER: .*https.*; for example https:/)
    })
  }
  for (const issuer of ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:3000/auth', 'https://login.example.com']) {
    it(`accept the issuer ${issuer}`, () => {
      expect(production({ ISSUER: issuer }).issuer).equal(issuer)
    })
  }

  it('refuse memory:', () => {
    expect(problemsOf(() => production({ STORE: 'memory:' }))).length(1)
  })
})

describe('development secrets', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portcullis-config-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })
  const file = () => join(folder, 'var', 'secrets')
  const mode = (path: string) => statSync(path).mode & 0o777

  it('are made once, for their owner alone, and read again', () => {
    const first = readConfig({}, folder).secrets
    expect(first).length(1)
    expect(first[0]).length(32)
    expect([mode(file()), mode(join(folder, 'var'))]).deep.equal([0o600, 0o700])
    expect(readdirSync(join(folder, 'var'))).deep.equal(['secrets'])
    expect(readConfig({}, folder).secrets).deep.equal(first)
  })

  it('are not made when they are given', () => {
    readConfig({ PORTCULLIS_SECRETS: SECRET }, folder)
    expect(existsSync(file())).equal(false)
  })

  it('are not made in production or beside a problem', () => {
    problemsOf(() => readConfig({ NODE_ENV: 'production', PORTCULLIS_ISSUER: 'https://login.example.com' }, folder))
    problemsOf(() => readConfig({ PORTCULLIS_PORT: 'x' }, folder))
    expect(existsSync(file())).equal(false)
  })

  it('may be several, as in the variable', () => {
    mkdirSync(join(folder, 'var'))
    writeFileSync(file(), `${SECRET},${OLD_SECRET}\n`)
    expect(readConfig({}, folder).secrets).deep.equal([Buffer.alloc(32, 7), Buffer.alloc(40, 9)])
  })

  it('that are damaged are refused and kept', () => {
    mkdirSync(join(folder, 'var'))
    for (const content of ['', 'hunter2hunter2', `${SECRET},hunter2`]) {
      writeFileSync(file(), content)
      const problems = problemsOf(() => readConfig({}, folder))
      expect(problems).length(1)
      expect(problems[0])
        .match(/^PORTCULLIS_SECRETS: /)
        .include(file())
        .not.include('hunter2')
      expect(readFileSync(file(), 'utf8')).equal(content)
    }
  })

  it('that cannot be made are a problem with its reason', () => {
    writeFileSync(join(folder, 'var'), '')
    expect(problemsOf(() => readConfig({}, folder)).join()).match(/^PORTCULLIS_SECRETS: .*\((ENOTDIR|EEXIST)\)/)
  })

  it('are the same for processes that start at once', async () => {
    const script = `import { readConfig } from ${JSON.stringify(join(import.meta.dirname, `../src/config${extname(import.meta.filename)}`))}
      process.stdin.once('data', () => { process.stdout.write(Buffer.from(readConfig({}, ${JSON.stringify(folder)}).secrets[0]).toString('hex')); process.exit() })
      process.stderr.write('.')`
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]))
    const outputs = children.map(async (child) => {
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      await once(child, 'close')
      return output
    })
    await Promise.all(children.map((child) => once(child.stderr, 'data')))
    for (const child of children) child.stdin.write('go')
    const secrets = new Set(await Promise.all(outputs))
    expect([...secrets]).deep.equal([Buffer.from(readConfig({}, folder).secrets[0]!).toString('hex')])
    expect(readdirSync(join(folder, 'var'))).deep.equal(['secrets'])
  })
})

describe('a store in print', () => {
  for (const [store, shown] of [
    ['sqlite:/var/lib/a@b.db', 'sqlite:/var/lib/a@b.db'],
    ['memory:', 'memory:'],
    ['mongodb://db.example/auth', 'mongodb://db.example/auth'],
    ['mongodb://ada@db.example/auth', 'mongodb://ada@db.example/auth'],
    ['mongodb://ada:hunter2@db.example:27017/auth', 'mongodb://ada:***@db.example:27017/auth'],
    ['mongodb+srv://ada:hunter2@db.example', 'mongodb+srv://ada:***@db.example'],
    ['mongodb://ada:hun@ter/2@db.example', 'mongodb://ada:***@db.example'],
    ['mongodb://a@da:hunter2@db.example', 'mongodb://a@da:***@db.example'],
    [
      'mongodb://db.example/?tls=true&tlsCertificateKeyFilePassword=hunter2&w=1',
      'mongodb://db.example/?tls=true&tlsCertificateKeyFilePassword=***&w=1',
    ],
    ['module:./store.js', 'module:./store.js'],
    ['module:./store.js?url=redis://ada:hunter2@db', 'module:./store.js?***'],
    ['module:./store.js?Server=db;Pwd=hunter2', 'module:./store.js?***'],
  ] as const) {
    it(`is ${shown}`, () => {
      expect(maskStore(store)).equal(shown)
    })
  }
})
