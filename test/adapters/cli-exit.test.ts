import { expect } from 'chai'
import { Busy, InvalidInput, StoreUnavailable } from '../../domain/errors.js'
import { aCommandLine } from './cli-fixture.js'

describe('portcullis, how it exits', () => {
  const usage = [
    [],
    ['bogus'],
    ['client'],
    ['client', 'bogus'],
    ['client', 'create'],
    ['client', 'create', '--name'],
    ['client', 'create', '--name', 'A', '--grant', 'password'],
    ['client', 'create', '--name', 'A', '--auth-method', 'none'],
    ['client', 'create', '--name', 'A', '--auth-method', 'client_secret_post', '--public'],
    ['client', 'show'],
    ['client', 'show', 'a', 'b'],
    ['user', 'create', '--username', 'a', '--password', 'b', '--password-stdin'],
    ['user', 'list', '--yes'],
    ['scope', 'create', 'read'],
    ['session', 'list'],
    ['key', 'retire'],
    ['secrets'],
  ]
  for (const args of usage)
    it(`2 for ${['portcullis', ...args].join(' ')}, without opening the store`, async () => {
      const { run, log } = aCommandLine()
      const { status, out, err } = await run(args)
      expect({ status, out, log }).to.deep.equal({ status: 2, out: '', log: [] })
      expect(err).to.have.length.above(10)
    })

  const settings = Object.assign(new Error('settings'), {
    name: 'SettingsError',
    problems: ['PORTCULLIS_PORT: bad', 'PORTCULLIS_HOST: bad'],
  })
  const failures: [Error, number, string][] = [
    [settings, 78, 'error: PORTCULLIS_PORT: bad\nerror: PORTCULLIS_HOST: bad\n'],
    [new StoreUnavailable('it is gone'), 69, 'error: it is gone\n'],
    [new InvalidInput('name: bad'), 1, 'error: name: bad\n'],
    [new Busy('busy'), 1, 'error: busy\n'],
  ]
  for (const [error, status, err] of failures)
    it(`${status} for ${error.name}, wherever it comes from`, async () => {
      const line = aCommandLine()
      const fail = () => Promise.reject(error)
      const expected = { status, out: '', err }
      line.ports.maintenance = { ...line.storage.maintenance, ready: fail, status: fail }
      expect(await line.run(['user', 'list', '--json'])).to.deep.equal(expected)
      expect(await line.run(['store', 'status'])).to.deep.equal(expected)
      expect(line.log).to.deep.equal(['open', 'close', 'open', 'close'])
      line.entrances.open = fail
      line.entrances.serve = fail
      for (const args of [['user', 'list'], ['serve']]) expect(await line.run(args)).to.deep.equal(expected)
    })

  it('0 for help, which every command has', async () => {
    const { run, log } = aCommandLine()
    const nouns = { client: 8, user: 9, scope: 4, resource: 3, grant: 3, session: 3, key: 3, secrets: 1, store: 4 }
    expect(await run(['--help'])).to.include({ status: 0, err: '' })
    for (const [noun, count] of Object.entries(nouns)) {
      const { status, out } = await run([noun, '--help'])
      const verbs = [...out.matchAll(/^ {2}([a-z-]+) (?:\[options\]|<)/gm)].map(([, verb = '']) => verb)
      expect({ status, count: verbs.length }).to.deep.equal({ status: 0, count }, out)
      for (const verb of verbs) expect((await run([noun, verb, '--help'])).out).to.include('--json')
    }
    expect(log).to.deep.equal([])
  })
})
