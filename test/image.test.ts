import { expect } from 'chai'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { carryOut, environmentOf, execForm, stagesOf, textsOf, type Stage } from './support/dockerfile.js'
import { testEnvironment } from './support/server.js'

/** The instructions of the Dockerfile, carried out in a folder in the place of a container's file system. */
describe('the image, built without Docker', function () {
  this.timeout(180_000)
  const [build, final] = stagesOf(readFileSync('Dockerfile', 'utf8')) as [Stage, Stage]
  const [entry = '', check = ''] = [textsOf(final, 'ENTRYPOINT')[0], textsOf(final, 'HEALTHCHECK')[0]?.replace(/^.*?CMD /, '')]
  let folder: string
  let app: string
  let child: ChildProcess | undefined

  const inPlace = (word: string) => (word === 'node' ? process.execPath : word.replace(/^\/app/, app))
  const environment = (settings: Readonly<Record<string, string>>) => ({ PATH: process.env['PATH'], ...environmentOf(final), ...settings })
  const portcullis = (args: readonly string[], settings: Readonly<Record<string, string>> = {}) => {
    const [node = '', ...rest] = [...execForm(entry).map(inPlace), ...args]
    return spawnSync(node, rest, { cwd: app, env: environment(settings), encoding: 'utf8' })
  }
  const isHealthy = (settings: Readonly<Record<string, string>>) => {
    const [node = '', ...rest] = execForm(check).map(inPlace)
    return new Promise<boolean>((told) => {
      spawn(node, rest, { env: environment(settings), stdio: 'ignore' }).once('exit', (code) => told(code === 0))
    })
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'portcullis-image-'))
    carryOut(build, join(folder, 'build'), () => process.cwd())
    app = carryOut(final, join(folder, 'final'), (stage) => (stage === undefined ? process.cwd() : join(folder, stage)))
  })
  after(() => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  it('holds what the program needs to run, and none of what builds and tests it', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>
    const isThere = (name: string) => existsSync(join(app, 'node_modules', name))
    expect(Object.keys(dependencies ?? {}).filter((name) => !isThere(name))).to.deep.equal([])
    expect(Object.keys(devDependencies ?? {}).filter(isThere)).to.deep.equal([])
  })

  it('answers --help', () => {
    const { status, stdout } = portcullis(['--help'])
    expect(status).to.equal(0)
    expect(stdout).to.match(/^Usage: portcullis /)
  })

  it('refuses to serve without an issuer and secrets', () => {
    const { status, stderr } = portcullis(['serve'])
    expect(status).to.equal(78)
    expect(stderr).to.include('PORTCULLIS_ISSUER').and.to.include('PORTCULLIS_SECRETS')
  })

  it('serves, says that it is healthy, writes nothing beside its code, and ends with 0 on SIGTERM', async () => {
    const settings: Readonly<Record<string, string>> = { ...(await testEnvironment(folder)), PORTCULLIS_HOST: '127.0.0.1' }
    const listing = readdirSync(app, { recursive: true })
    expect(await isHealthy(settings)).to.equal(false)
    const [node = '', ...rest] = [...execForm(entry), ...execForm(textsOf(final, 'CMD')[0] ?? '')].map(inPlace)
    const server = (child = spawn(node, rest, { cwd: app, env: environment(settings), stdio: 'ignore' }))
    const ended = new Promise((exited) => server.once('exit', exited))
    for (let healthy = false; !healthy;) {
      expect(server.exitCode, 'still running').to.equal(null)
      healthy = await isHealthy(settings)
    }
    expect((await fetch(`${settings['PORTCULLIS_ISSUER'] ?? ''}/.well-known/oauth-authorization-server`)).status).to.equal(200)
    server.kill('SIGTERM')
    expect(await ended).to.equal(0)
    expect(readdirSync(app, { recursive: true })).to.have.members(listing)
  })
})
