import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { Readable, Writable } from 'node:stream'
import { join } from 'node:path'
import { parse } from 'yaml'
import { runCli } from '../adapters/cli/program.js'
import { readConfig } from '../src/config.js'
import { SETTING_NAMES } from '../src/config-settings.js'
import { copyOf, environmentOf, execForm, stagesOf, textsOf, type Stage } from './support/dockerfile.js'
import { SECRET } from './support/server.js'

interface Service {
  readonly image?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly networks: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const read = (path: string) => readFileSync(path, 'utf8')
const GUIDE = read('docs/deploy.md')
const COMPOSE = read('compose.yaml')
const compose = parse(COMPOSE, { merge: true }) as Compose
const stages = stagesOf(read('Dockerfile'))
const [, final] = stages as [Stage, Stage]
const manifest = JSON.parse(read('package.json')) as { readonly files: readonly string[] }

const SAMPLES: Readonly<Record<string, string>> = { DOMAIN: 'login.example.com', PORTCULLIS_SECRETS: SECRET, MONGO_PASSWORD: 'f00d' }
const substituted = (text: string) => text.replace(/\$\{(\w+)[^}]*\}/g, (_, name: string) => SAMPLES[name] ?? '')
const environment = Object.entries(compose.services['portcullis']?.environment ?? {})
const deployed = { ...environmentOf(final), ...Object.fromEntries(environment.map(([name, value]) => [name, substituted(value)])) }

const deploy = readdirSync('deploy', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => read(join(entry.parentPath, entry.name)))

/** Whatever is said about Portcullis to a machine or to an operator. */
const said = [GUIDE, COMPOSE, read('Dockerfile'), ...deploy].join('\n')

/** Each command in a code span or block: its words and its options. */
const commands = [...said.matchAll(/(?:`portcullis|portcullis portcullis|cli\.js) ([a-z][^`\n]+)/g)].map(([, text = '']) => ({
  words: /^[a-z-]+(?: [a-z][a-z-]+(?= |$))*/.exec(text)?.[0].split(' ') ?? [],
  options: text.match(/--[a-z-]+/g) ?? [],
}))

async function help(words: readonly string[]): Promise<string> {
  let out = ''
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      out += chunk.toString()
      done()
    },
  })
  const never = () => Promise.reject(new Error('help opens nothing'))
  const io = { stdin: Readable.from([]), stdout: sink, stderr: sink, isTerminal: false }
  await runCli(['node', 'portcullis', ...words, '--help'], io, { open: never, openBoth: never, serve: never })
  return out
}

describe('what deploys Portcullis', () => {
  it('names no setting that does not exist', () => {
    const named = new Set([...said.matchAll(/PORTCULLIS_([A-Z_]+)/g)].map(([, name]) => name))
    expect(named.size).to.be.at.least(7)
    expect(SETTING_NAMES).to.include.members([...named])
  })

  it('names no command and no option that does not exist', async () => {
    expect(commands.map(({ words }) => words.join(' '))).to.include.members(['serve', 'user create', 'store prepare', 'store copy'])
    for (const { words, options } of commands) {
      const text = await help(words)
      expect(text).to.match(new RegExp(`^Usage: portcullis ${words.join(' ')}\\b`))
      for (const option of options) expect(text, words.join(' ')).to.include(option)
    }
  })

  it('copies in the last stage what a package holds, and nothing that only builds', () => {
    const copied = textsOf(final, 'COPY').map(copyOf)
    expect(
      copied.flatMap(({ sources, from }) => (from === undefined ? sources : sources.map((source) => source.replace('/app/', '')))),
    ).to.have.members([...manifest.files, 'package.json', 'node_modules'])
  })

  it('lets into the build whatever it copies', () => {
    const context = read('.dockerignore').split('\n')
    const sources = stages.flatMap((stage) => textsOf(stage, 'COPY').map(copyOf)).filter(({ from }) => from === undefined)
    expect(context).to.include.members(['*', ...sources.flatMap((one) => one.sources).map((source) => `!${source}`)])
  })

  it('runs as nobody special, in exec form, ended by SIGTERM, with the data in a volume of its own', () => {
    expect(textsOf(final, 'USER')).to.deep.equal(['node'])
    expect([...textsOf(final, 'ENTRYPOINT'), ...textsOf(final, 'CMD')].flatMap(execForm)).to.deep.equal([
      'node',
      '/app/dist/src/cli.js',
      'serve',
    ])
    expect(textsOf(final, 'STOPSIGNAL')).to.deep.equal(['SIGTERM'])
    expect(textsOf(final, 'VOLUME')).to.deep.equal(['/data'])
  })

  const daemon = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0
  const build = daemon
    ? function (this: Mocha.Context) {
        this.timeout(600_000)
        const { status, stderr } = spawnSync('docker', ['build', '--quiet', '.'], { encoding: 'utf8' })
        expect(status, stderr).to.equal(0)
      }
    : undefined
  it(daemon ? 'builds an image' : 'builds an image: start a docker daemon, so that `docker info` answers', build)
})

describe('the user of the MongoDB database', () => {
  // readWrite includes createCollection and createIndex, but not collMod (mongodb.com/docs/manual/reference/built-in-roles).
  for (const [where, text] of [
    ['the guide', GUIDE],
    ['compose.yaml', read('deploy/mongo/set-up.js')],
  ] as const)
    it(`may change a validator, in ${where}`, () => {
      expect(text).to.include("'readWrite'").and.include("'dbAdmin'")
    })
})

describe('compose.yaml', () => {
  it('configures a production server that the settings accept', () => {
    const config = readConfig(deployed)
    expect(config).to.deep.include({ production: true, issuer: 'https://login.example.com', trustProxy: 1 })
    expect(config.listen).to.deep.equal({ host: '0.0.0.0', port: 3000 })
    expect(config.operations.host).to.equal('127.0.0.1')
    expect(config.store).to.match(/^mongodb:\/\/portcullis:f00d@mongo1:27017,mongo2:27017,mongo3:27017\/portcullis\?replicaSet=portcullis$/)
  })

  it('holds no secret: each comes from outside, and its absence is refused', () => {
    const variables = Object.values(compose.services).flatMap((service) => Object.entries(service.environment ?? {}))
    const secret = variables.filter(([name]) => /KEY|PASSWORD|SECRETS|STORE/.test(name)).map(([, value]) => value)
    expect(secret).to.have.length.of.at.least(7)
    for (const value of secret) expect(value).to.match(/\$\{\w+:\?[^}]*\}/)
    for (const [variable] of COMPOSE.matchAll(/\$\{[^}]*\}/g)) expect(variable).to.match(/^\$\{\w+:\?/)
  })

  it('explains every variable that it needs, in the guide', () => {
    for (const [, name] of COMPOSE.matchAll(/\$\{(\w+)/g)) expect(GUIDE).to.include(`\n${name ?? ''}=`)
  })

  it('lets nothing but the proxy be reached from outside', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      const isOpen = service.ports !== undefined || service.networks.some((network) => compose.networks[network]?.internal !== true)
      expect(isOpen, name).to.equal(name === 'proxy')
    }
  })

  it('mounts what is there, and waits for services that are there', () => {
    for (const service of Object.values(compose.services)) {
      expect(Object.keys(compose.services)).to.include.members(Object.keys(service.depends_on ?? {}))
      for (const mount of service.volumes ?? []) {
        const [source = ''] = mount.split(':')
        if (source.startsWith('./')) expect(read(source)).not.to.equal('')
        else expect(compose.volumes).to.have.property(source)
      }
    }
  })
})
